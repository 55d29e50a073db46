/** Requests in, answers out, and what a fault makes of them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultAction, FaultAnswer } from './faults.ts';
import {
  badRequest,
  errorBody,
  forbidden,
  internalError,
  type ServiceError,
  throttled,
  unauthorized,
} from './service-error.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, number | string | string[] | undefined>>;
  readonly body: string | Buffer;
}

export const BODY_BYTES_MAX = 64 * 1024 * 1024;

export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new Error(`a request of more than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function send(outgoing: ServerResponse, { status, headers = {}, body }: Answer): void {
  const own = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  outgoing.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...own,
    'content-length': Buffer.byteLength(body),
  });
  outgoing.end(body);
}

export function errorAnswer(error: ServiceError, context: { at: number; clientRequestId: string }): Answer {
  const { status } = error.details;
  const challenge = 'Bearer authorization_uri="https://login.microsoftonline.com/organizations"';
  return {
    status,
    headers: {
      'x-ms-client-request-id': context.clientRequestId,
      ...(status === 401 && { 'www-authenticate': challenge }),
    },
    body: errorBody(error.details, context),
  };
}

/** True when the fault took the request and nothing more is to be sent. */
export async function applyFault(
  action: FaultAction,
  outgoing: ServerResponse,
  context: FaultContext,
): Promise<boolean> {
  if (action === 'hang') return true;
  if (action === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return true;
  }
  if ('without' in action) return false;
  if ('delayMs' in action) {
    await new Promise((resolve) => setTimeout(resolve, action.delayMs));
    return false;
  }
  if ('until' in action) {
    await action.until;
    return false;
  }
  send(outgoing, context.storage ? storageError(action) : serviceAnswer(action, context));
  return true;
}

/** The answer of a command, without the rows that begin with `name`. */
export function withoutRows(answer: Answer, name: string): Answer {
  const body = JSON.parse(String(answer.body)) as { Tables?: { Rows: unknown[][] }[] };
  for (const table of body.Tables ?? []) table.Rows = table.Rows.filter(([first]) => first !== name);
  return { ...answer, body: JSON.stringify(body) };
}

interface FaultContext {
  readonly at: number;
  readonly clientRequestId: string;
  /** Blobs and queues answer in XML. */
  readonly storage: boolean;
}

const scripted: Readonly<Record<number, () => ServiceError>> = {
  400: () => badRequest('General_BadRequest', 'The request is refused.'),
  401: () => unauthorized('Authentication failed: the access token is missing or not valid.'),
  403: () =>
    forbidden("Principal 'aadapp=00000000-0000-4000-8000-000000000001' is not authorized to perform this operation."),
  429: () => throttled('The request was denied due to throttling. Try again later.'),
};

function serviceAnswer(answer: FaultAnswer, context: FaultContext): Answer {
  const { status, retryAfter, headers, body } = answer;
  const error = scripted[status]?.() ?? internalError('The service is not available.', status);
  const usual = errorAnswer(error, context);
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { status, headers: { ...usual.headers, ...wait, ...headers }, body: body ?? usual.body };
}

const storageCodes: Readonly<Record<number, string>> = {
  403: 'AuthenticationFailed',
  404: 'ResourceNotFound',
  409: 'ContainerBeingDeleted',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServerBusy',
};

/** As the storage answers a signature whose time is over. */
export const expiredKey = (): Answer => storageError({ status: 403 });

function storageError({ status, retryAfter, headers, body }: FaultAnswer): Answer {
  const code = storageCodes[status] ?? 'InternalError';
  const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>Scripted by a test.</Message></Error>`;
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, ...wait, ...headers },
    body: body ?? xml,
  };
}
