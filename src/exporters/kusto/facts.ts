/** What can be read from an error of the SDK, of its HTTP library, of the storage clients or of the service: each may come from any copy of its package. */

import { HttpError } from './http.ts';

/** What was being done. Only the last two may have arrived although they failed. `metadata`: the question which cloud it is. */
export type Stage = 'metadata' | 'query' | 'command' | 'resources' | 'upload' | 'enqueue' | 'stream';

export interface Place {
  readonly cluster: string;
  readonly database: string;
  /** Base name of tables. */
  readonly table: string;
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

const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

/** The errors of axios, of the SDK around it, and of the storage clients, told by their shapes: each may come from any copy of its package. */
export function factsOf(error: unknown): Facts {
  const outer = asRecord(error);
  const message = redact(String(outer.message || outer.code || error));
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

/** Whether the service turned the identity away. What is explained is the cause of the explanation. */
export function isForbidden(error: unknown): boolean {
  if (error === undefined) return false;
  const cause = (error as Partial<Error> | null)?.cause ?? error;
  // Neither the storage nor whoever tells the cloud knows of roles: a firewall says 403, too.
  if (cause instanceof HttpError) return false;
  const { status, code, message } = factsOf(cause);
  return status === 403 || /Forbidden|not authorized/i.test(`${code} ${message}`);
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

/** Of a URL with its key, also where that is escaped for JSON or for another URL. */
const SAS =
  /((?:[?&;]|\\u0026|%(?:25)*(?:3f|26))(?:sig|se|sp|sv|sr|si|skoid|sktid|st|spr)(?:=|%(?:25)*3d))(?:(?!%(?:25)*26|\\u0026)[^&\s"'])*/gi;

/** Without signatures and tokens, in one line of bounded length. */
export function redact(text: string): string {
  return text
    .replace(SAS, '$1…')
    .replace(/(Bearer\s+)\S+/gi, '$1…')
    .replace(/((?:app(?:lication )?key|password|pwd|client_secret)\s*=\s*)[^;&\s]+/gi, '$1…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 600);
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
