/** The `propagateTo` list: which outgoing calls may carry the origin. Nothing is listed by default, so nothing leaks. */
import type { AttributeView } from '../mapping/attribute-view.ts';
import { semconv } from '../mapping/semconv.ts';
import { messagingDestination, rawDestination, text } from './root-origin.ts';

const URLS = [...semconv.urlFull, 'messaging.url'];

/** Compiles patterns such as `payments.internal`, `*.internal:8080`, `kafka/orders`; `*` matches within. */
export function listedTargets(patterns: readonly string[]): (span: AttributeView) => boolean {
  const matchers = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`, 'i'));
  return (span) => {
    for (const name of namesOf(span)) {
      for (const matcher of matchers) if (matcher.test(name)) return true;
    }
    return false;
  };
}

function escapeRegExp(textPart: string): string {
  return textPart.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
}

/** Every name the target of a call goes by: host, host:port, system/destination of a message, folded and as it is. */
function namesOf(span: AttributeView): string[] {
  const names: string[] = [];
  const system = text(span, semconv.messagingSystem);
  if (system !== '') names.push(`${system}/${messagingDestination(span)}`, `${system}/${rawDestination(span)}`);
  let host = text(span, semconv.httpHost);
  let port = text(span, semconv.port);
  if (host === '') {
    const url = text(span, URLS);
    if (URL.canParse(url)) ({ hostname: host, port } = new URL(url));
  }
  if (host !== '') {
    names.push(host);
    if (port !== '') names.push(`${host}:${port}`);
  }
  return names;
}
