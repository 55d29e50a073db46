/**
 * `fetch` and undici: what a propagator injects is added to the headers that the application gave, which it cannot see.
 * They are looked at here when the request is made, before or after the instrumentation has added its own, in one turn
 * with it.
 */
import { subscribe } from 'node:diagnostics_channel';
import { BAGGAGE_KEY, withoutEntry } from '../core/attribution/carried.ts';
import { BAGGAGE, WHOLE } from './carrier.ts';

/** undici 6 and later keep names and values in turn, earlier ones the lines as they are sent. */
interface Request {
  headers?: unknown;
}

export class FetchHeaders {
  /** The claim that has just been put into a request: not to be taken out again. */
  #own = '';

  readonly #forget = (): void => {
    this.#own = '';
  };

  watch(): void {
    subscribe('undici:request:create', (message) => {
      try {
        this.strip((message as { request: Request }).request);
      } catch {
        // Headers of a kind that nobody knows: they go as they are.
      }
    });
  }

  /** `value`: '' for none. */
  sent(value: string): void {
    this.#own = value;
    // Of another client, or of a request looked at before: the next one may bring a copy of the very same claim.
    if (value !== '') queueMicrotask(this.#forget);
  }

  /** Takes out every claim but our own. */
  strip(request: Request): void {
    const own = this.#own;
    this.#own = '';
    const { headers } = request;
    if (Array.isArray(headers)) stripPairs(headers, own);
    else if (typeof headers === 'string') request.headers = strippedLines(headers, own);
  }
}

function stripPairs(headers: unknown[], own: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const before = headers[i + 1];
    const after = rest(String(headers[i]), before, own);
    if (after === before) continue;
    if (after === '') headers.splice(i, 2);
    else headers[i + 1] = after;
  }
}

function strippedLines(lines: string, own: string): string {
  const kept = lines.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 0) return [line];
    const before = line.slice(colon + 1).trim();
    const after = rest(line.slice(0, colon), before, own);
    if (after === before) return [line];
    return after === '' ? [] : [`${line.slice(0, colon)}: ${after}`];
  });
  return kept.join('\r\n');
}

/** What is left of a header: the very same value where it is none of ours. */
function rest(name: string, value: unknown, own: string): unknown {
  const lower = name.toLowerCase();
  if (WHOLE.has(lower)) return value === own ? value : '';
  if (lower !== BAGGAGE) return value;
  const keep = own === '' ? '' : `${BAGGAGE_KEY}=${encodeURIComponent(own)}`;
  if (!Array.isArray(value)) return typeof value === 'string' ? withoutEntry(value, keep) : value;
  return value
    .map((one) => withoutEntry(String(one), keep))
    .filter((one) => one !== '')
    .join(',');
}
