/**
 * What a failure of the SDK, of its HTTP library, of the storage or of the service means for a part, in words that name the cause and the
 * command that mends it. What a person can mend (a name, a permission, a missing table) is retryable: parts wait meanwhile.
 */
import { AmbiguousError, type AttributionError, PermanentError, RetryableError } from '../../core/errors.ts';

/** What was being done. Only the last two may have arrived although they failed. */
export type Stage = 'connect' | 'query' | 'command' | 'resources' | 'upload' | 'enqueue' | 'stream';

export interface Place {
  readonly cluster: string;
  readonly database: string;
  /** Base name of tables, when it is not the default. */
  readonly table?: string | undefined;
}

/** What can be told from an error, whoever made it. */
export interface Facts {
  readonly status?: number | undefined;
  /** Of the network (`ECONNREFUSED`), of the storage (`AuthenticationFailed`) or of the service (`BadRequest_TableNotExist`). */
  readonly code?: string | undefined;
  readonly message: string;
  /** Whether the service says that trying again is in vain. */
  readonly permanent?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  /** No token could be had. */
  readonly noToken?: boolean;
}

/** The request never left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);
const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

/** Our own deadline passed. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`);
  }
}

export function explain(error: unknown, stage: Stage, place: Place): AttributionError {
  if (error instanceof RetryableError || error instanceof PermanentError || error instanceof AmbiguousError)
    return error;
  const facts = factsOf(error);
  const options = { cause: error, ...(facts.retryAfterMs !== undefined && { retryAfterMs: facts.retryAfterMs }) };
  const what = `${doing[stage]} failed: ${shown(facts)}`;
  const at = `database '${place.database}' at ${place.cluster}`;

  if (facts.status === 429)
    return new RetryableError(`Kusto: ${at} is throttling. ${what} It is tried again more slowly.`, options);
  if (facts.noToken)
    return new RetryableError(
      `Kusto: no token could be had for ${place.cluster}: ${shown(facts)} Run \`az login\`, or set \`auth\` (--auth, OTEL_ATTRIBUTION_KUSTO_AUTH) to the identity this process has.`,
      options,
    );
  const remedy = mend(facts, stage, place);
  if (remedy !== undefined) return new RetryableError(`Kusto: ${what} ${remedy}`, options);
  if (stage === 'enqueue' || stage === 'stream') {
    const { status } = facts;
    const answered = status !== undefined && status >= 400 && status < 500 && status !== 408;
    if (stage === 'stream' && answered && facts.permanent !== false)
      return new PermanentError(`Kusto: ${at} refuses the data: ${shown(facts)}`, options);
    if (!answered && !NOT_SENT.has(facts.code ?? ''))
      return new AmbiguousError(
        `Kusto: ${what} The part may have arrived; it is sent again, and counts once.`,
        options,
      );
  }
  if ((stage === 'query' || stage === 'command') && facts.status === 400 && facts.permanent !== false)
    return new PermanentError(`Kusto: ${what}`, options);
  return new RetryableError(`Kusto: ${what}`, options);
}

const doing: { readonly [S in Stage]: string } = {
  connect: 'connecting',
  query: 'the query',
  command: 'the command',
  resources: 'asking for the ingestion resources',
  upload: 'uploading to the blob',
  enqueue: 'sending the message to the queue',
  stream: 'streaming ingestion',
};

/** The cause as a person would put it and the command that mends it; undefined when nobody can tell. */
export function mend(facts: Facts, stage: Stage | 'ingestion', place: Place): string | undefined {
  const text = `${facts.code ?? ''} ${facts.message}`;
  const { cluster, database } = place;
  const host = new URL(cluster).hostname;
  const name = host.split('.')[0];
  const flags = `--cluster ${cluster} --database ${JSON.stringify(database)}${place.table === undefined ? '' : ` --table ${place.table}`}`;
  const schema = `Run: otel-attribution kusto schema --apply ${flags}`;
  const storage = stage === 'upload' || stage === 'enqueue';

  if (!storage && /ENOTFOUND|EAI_AGAIN/.test(text))
    return `There is no cluster of the name ${host}. Check \`cluster\`; \`az kusto cluster list --query "[].uri"\` shows those you have.`;
  if (/not trusted/.test(text))
    return `${host} is not an address of Kusto that the SDK sends tokens to. Check \`cluster\`; \`az kusto cluster list --query "[].uri"\` shows those you have.`;
  if (
    /DatabaseNot(?:Exist|Found)|kind 'Database' was not found|database\b.{0,200}\b(?:not found|not be found|does not exist)/is.test(
      text,
    )
  )
    return `The database '${database}' is not there, or this identity may not see it. Create it: az kusto database create --cluster-name ${name} --database-name ${JSON.stringify(database)} --resource-group <group> --read-write-database location=<region>`;
  if (facts.status === 401 || /AuthenticationFailed|InvalidAuthenticationToken|token.{0,40}expired/i.test(text))
    return storage
      ? 'The key for the temporary storage has expired; a new one is fetched.'
      : 'The token was not accepted (expired, or from another tenant). A new one is fetched; if this stays, run `az login`, or check `auth`.';
  if (!storage && (facts.status === 403 || /Forbidden|AccessDenied|not authorized/i.test(text)))
    return permission(stage, database, name);
  if (
    /Mapping\w*NotFound|InvalidMappingReference|kind 'Mapping\w*' was not found|mapping\b.{0,200}(?:not found|wasn't found|does not exist)/is.test(
      text,
    )
  )
    return `The ingestion mapping of this release is not in the database: its schema is older or newer. ${schema} (as database admin); if the schema is newer than this release: npm i otel-attribution@latest`;
  if (
    /Streaming\w*(?:NotEnabled|Disabled)|streaming ingestion.{0,120}(?:not enabled|disabled)/is.test(text) ||
    (stage === 'stream' && facts.status === 404 && !/not found/i.test(facts.message))
  )
    return `Streaming ingestion is not enabled. Enable it: az kusto cluster update --name ${name} --resource-group <group> --enable-streaming-ingest true, then: otel-attribution kusto schema --apply ${flags}; or set mode: queued`;
  if (
    /TableNot(?:Exist|Found)|kind 'Table' was not found|SEM0100|SEM0260|Unknown function|Failed to resolve|EntityNotFound|table\b.{0,200}(?:not found|does not exist)/is.test(
      text,
    ) &&
    stage !== 'command'
  )
    return `The tables of otel-attribution are not in the database. ${schema} (as database admin)`;
  return undefined;
}

function permission(stage: Stage | 'ingestion', database: string, cluster: string | undefined): string {
  const role = stage === 'query' ? 'Viewer' : stage === 'command' ? 'Admin' : 'Ingestor';
  const group = role === 'Viewer' ? 'viewers' : role === 'Admin' ? 'admins' : 'ingestors';
  const quoted = `['${database}']`;
  return (
    `This identity lacks the role ${role} on the database. Grant it: az kusto database-principal-assignment create --cluster-name ${cluster} --database-name ${JSON.stringify(database)} --resource-group <group> --principal-assignment-name otel-attribution --principal-id <application id> --principal-type App --role ${role}` +
    `; or in KQL: .add database ${quoted} ${group} ('aadapp=<application id>;<tenant id>')`
  );
}

/** The errors of axios, of the SDK around it, and of the storage clients, told by their shapes: each may come from any copy of its package. */
export function factsOf(error: unknown): Facts {
  const outer = asRecord(error);
  const message = redact(String(outer.message ?? error));
  if (outer.name === 'KustoAuthenticationError') return { message, noToken: true };
  const inner = outer.name === 'ThrottlingError' ? asRecord(outer.inner) : outer;
  const response = asRecord(inner.response);
  const status =
    numberOf(response.status) ?? numberOf(inner.statusCode) ?? (outer.name === 'ThrottlingError' ? 429 : undefined);
  const said = serviceError(response.data);
  const code = said?.code ?? stringOf(inner.code) ?? /\bE[A-Z_]{4,}\b/.exec(message)?.[0];
  return {
    status,
    code,
    message: said === undefined ? message : redact(said.message),
    permanent: said?.permanent,
    retryAfterMs: retryAfterMs(asRecord(response.headers)),
  };
}

/** `{error: {code, message, "@message", "@permanent"}}`, or the same as text. */
function serviceError(data: unknown): { code?: string; message: string; permanent?: boolean } | undefined {
  let body = data;
  if (data instanceof Uint8Array) body = Buffer.from(data).toString();
  if (typeof body === 'string') {
    const text = body;
    try {
      body = JSON.parse(text);
    } catch {
      return text.trim() === '' ? undefined : { message: text.trim() };
    }
  }
  const error = asRecord(asRecord(body).error);
  const message = stringOf(error['@message']) ?? stringOf(error.message);
  if (message === undefined) return undefined;
  const code = stringOf(error.code);
  const permanent = error['@permanent'];
  return { message, ...(code !== undefined && { code }), ...(typeof permanent === 'boolean' && { permanent }) };
}

/** Seconds, or a date. */
function retryAfterMs(headers: Readonly<Record<string, unknown>>): number | undefined {
  const text = stringOf(headers['retry-after']) ?? stringOf(headers['Retry-After']);
  if (text === undefined) return undefined;
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return ms >= 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : undefined;
}

/** Without signatures and tokens, in one line of bounded length. */
export function redact(text: string): string {
  return text
    .replace(/([?&;](?:sig|se|sp|sv|sr|skoid|sktid|st|spr)=)[^&\s"']*/gi, '$1…')
    .replace(/(Bearer\s+)\S+/gi, '$1…')
    .replace(/((?:app(?:lication )?key|password|pwd|client_secret)\s*=\s*)[^;&\s]+/gi, '$1…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 600);
}

function shown({ status, code, message }: Facts): string {
  const number = status === undefined || message.includes(String(status)) ? '' : `${status} `;
  const name = code === undefined || message.includes(code) ? '' : `${code}: `;
  return `${number}${name}${message}`.replace(/[.\s]*$/, '.');
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
