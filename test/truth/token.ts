/**
 * The ground truth travels inside the operation itself: each query, key, path or message carries a token naming who
 * caused it, and the server side counts tokens. Nothing here knows of OpenTelemetry or of the package under test.
 */

export interface Cause {
  /** `service.name` of the process that runs the operation. */
  readonly service: string;
  /** Service in which the origin was named; differs from `service` when it was inherited from a caller. */
  readonly originService: string;
  readonly origin: string;
}

/** Stands for the origin of an operation of which no instrumentation makes a span. */
export const NO_SPAN = '(no span)';

const PATTERN = /~([A-Za-z0-9%._!'()*-]+)~/;

/** Safe inside SQL literals and comments, Redis keys, URL paths, headers and JSON. */
export function tokenOf(cause: Cause): string {
  const packed = JSON.stringify([cause.service, cause.originService, cause.origin]);
  return `~${encodeURIComponent(packed)}~`;
}

/** The first token in the text, or `undefined`. */
export function findToken(text: string): Cause | undefined {
  const found = PATTERN.exec(text);
  if (found === null) return undefined;
  try {
    const [service, originService, origin] = JSON.parse(decodeURIComponent(found[1]!)) as [string, string, string];
    return { service, originService, origin };
  } catch {
    return undefined;
  }
}
