/**
 * What a failure means for a part, in words that name the cause and the command that mends it. What a person can mend (a name, a
 * permission, a missing table) is retryable: parts wait meanwhile.
 */
import { AmbiguousError, type AttributionError, PermanentError, RetryableError } from '../../core/errors.ts';
import { type Facts, factsOf, type Place, type Stage } from './facts.ts';
import { reasonOf, remedyFor } from './remedy.ts';

/** Microsoft Entra, of what a client signed with its certificate: outside of its valid time. */
const CLOCK = /AADSTS700024|not within its valid time range/;
/** The request never left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);
/** Statuses that speak of what was sent, where the service does not say itself whether it will ever take it. */
const ABOUT_DATA = new Set([400, 413, 415, 422]);

export function explain(error: unknown, stage: Stage, place: Place): AttributionError {
  if (error instanceof RetryableError || error instanceof PermanentError || error instanceof AmbiguousError)
    return error;
  const facts = factsOf(error);
  const options = { cause: error, ...(facts.retryAfterMs !== undefined && { retryAfterMs: facts.retryAfterMs }) };
  const what = `${doing[stage]} failed: ${shown(facts)}`;
  const at = `database '${place.database}' at ${place.cluster}`;

  if (facts.status === 429)
    return new RetryableError(`Kusto: ${at} is throttling. ${what} It is tried again more slowly.`, options);
  if (facts.noToken) {
    const remedy = CLOCK.test(facts.message)
      ? 'The clock of this host is off, so what it signs with the certificate is not valid yet, or no more. Set the clock; compare: date -u'
      : 'Run `az login`, or set `auth` (--auth, OTEL_ATTRIBUTION_KUSTO_AUTH) to the identity this process has.';
    const message = `Kusto: no token could be had for ${place.cluster}: ${shown(facts)} ${remedy}`;
    return new RetryableError(message, { ...options, remedy });
  }
  const remedy = remedyFor(facts, stage, place);
  if (remedy !== undefined) return new RetryableError(`Kusto: ${what} ${remedy}`, { ...options, remedy });
  if (stage === 'enqueue' || stage === 'stream') {
    const { status, permanent } = facts;
    const reason = reasonOf(facts, stage);
    const never = reason === undefined ? (permanent ?? ABOUT_DATA.has(status ?? 0)) : reason.again === 'never';
    if (stage === 'stream' && wasRefused(facts) && never) {
      const means = reason === undefined ? '' : ` ${reason.means}`;
      return new PermanentError(`Kusto: ${at} refuses the data: ${shown(facts)}${means}`, options);
    }
    if (mayHaveArrived(facts))
      return new AmbiguousError(
        `Kusto: ${what} The part may have arrived; it is sent again, and counts once.`,
        options,
      );
  }
  if ((stage === 'query' || stage === 'command') && facts.status === 400 && facts.permanent !== false)
    return new PermanentError(`Kusto: ${what}`, options);
  return new RetryableError(`Kusto: ${what}`, options);
}

/** Whether a request that failed so may have been taken all the same. */
export function mayHaveArrived(facts: Facts): boolean {
  return !wasRefused(facts) && !NOT_SENT.has(facts.code ?? '');
}

function wasRefused({ status }: Facts): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 408;
}

const doing: { readonly [S in Stage]: string } = {
  metadata: 'asking the cluster which cloud it is in',
  query: 'the query',
  command: 'the command',
  resources: 'asking for the ingestion resources',
  upload: 'uploading to the blob',
  enqueue: 'sending the message to the queue',
  stream: 'streaming ingestion',
};

function shown({ status, code, message }: Facts): string {
  const number = status === undefined || message.includes(String(status)) ? '' : `${status} `;
  const name = code === undefined || message.includes(code) ? '' : `${code}: `;
  return `${number}${name}${message}`.replace(/[.\s]*$/, '.');
}
