import { AmbiguousError, type AttributionError, PermanentError, RetryableError } from '../../core/errors.ts';

/** The request never reached the server. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);
/** 4xx that speak about us or the address, not about this part: another day it may be taken. */
const ABOUT_US = new Set([401, 403, 404, 407, 408, 429]);

/** As Prometheus says it, which takes running totals alone until it is told otherwise. */
const REFUSES_DELTAS = /temporality/i;
const DELTAS =
  '. It does not take deltas; start Prometheus with --enable-feature=otlp-deltatocumulative, ' +
  'then send what was set aside: otel-attribution spool requeue otlp';

/** What a failure of the peer means for the part. The peer gives HTTP errors a number as `code`, and network errors a string. */
export function explain(error: (Error & { code?: unknown; data?: unknown }) | undefined): AttributionError {
  const code = error?.code;
  const options = { cause: error };
  if (typeof code === 'number' && code > 0) {
    const text = `The OTLP endpoint answered ${code} ${error!.message}`.trimEnd();
    const said = typeof error!.data === 'string' && error!.data !== '' ? `: ${error!.data.slice(0, 300)}` : '';
    if (ABOUT_US.has(code) || code === 502 || code === 503 || code === 504)
      return new RetryableError(`${text}.`, options);
    // The protocol forbids to repeat the others.
    return new PermanentError(`${text}${REFUSES_DELTAS.test(said) ? DELTAS : ''}${said}`, options);
  }
  const message = error?.message || 'no reason given';
  if (typeof code === 'string' && NOT_SENT.has(code))
    return new RetryableError(`The OTLP endpoint cannot be reached: ${message}.`, options);
  // 429, 502, 503 and 504 come without their code once the peer has given up repeating.
  if (code === undefined && /retryable|concurrent export limit/i.test(message)) {
    return new RetryableError(`The OTLP endpoint is busy or away: ${message}.`, options);
  }
  return new AmbiguousError(`The OTLP request had no proper answer: ${message}. The points may have arrived.`, options);
}
