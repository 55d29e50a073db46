/** The `propagateTo` list: which outgoing calls may carry the origin. Nothing is listed by default, so nothing leaks. */
import { messagingDestination, text } from '../core/origin/root-origin.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** Compiles patterns such as `payments.internal`, `*.internal:8080`, `kafka/orders`; `*` matches within. */
export function listedTargets(patterns: readonly string[]): (attributes: Attributes) => boolean {
  const matchers = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`, 'i'));
  return (attributes) => {
    for (const name of namesOf(attributes)) {
      for (const matcher of matchers) if (matcher.test(name)) return true;
    }
    return false;
  };
}

function escapeRegExp(textPart: string): string {
  return textPart.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
}

/** Every name the target of a call goes by: host, host:port, then system/destination of a message. */
function namesOf(attributes: Attributes): string[] {
  const names: string[] = [];
  const system = text(attributes, 'messaging.system.name', 'messaging.system');
  if (system !== '') names.push(`${system}/${messagingDestination(attributes)}`);
  let host = text(attributes, 'server.address', 'net.peer.name', 'http.host');
  let port = text(attributes, 'server.port', 'net.peer.port');
  if (host === '') {
    const url = text(attributes, 'url.full', 'http.url', 'messaging.url');
    if (URL.canParse(url)) ({ hostname: host, port } = new URL(url));
  }
  if (host !== '') {
    names.push(host);
    if (port !== '') names.push(`${host}:${port}`);
  }
  return names;
}
