/** The two requests to Azure Storage that queued ingestion is made of. Each URL brings its own key, a signature (SAS). */
import { type Http, type HttpAnswer, HttpError, type HttpRequest } from './http.ts';

/** Of the storage's protocol. Older ones bound a blob of one request to 256 MiB; a newer one brings nothing that is needed. */
const VERSION = '2020-10-02';

/** Put Blob: a whole new block blob, in place of one of that name. */
export async function putBlob(http: Http, url: string, body: Buffer, signal: AbortSignal): Promise<void> {
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' };
  await stored(http, { method: 'PUT', url, headers, body, signal });
}

/** Put Message. @param url of the queue */
export async function putMessage(http: Http, url: string, message: object, signal: AbortSignal): Promise<void> {
  // Base64 needs no escaping in XML.
  const text = Buffer.from(JSON.stringify(message)).toString('base64');
  const body = `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`;
  const headers = { 'content-type': 'application/xml' };
  await stored(http, { method: 'POST', url: below(url, 'messages'), headers, body, signal });
}

/** The URL of something within a container or queue, with the same key. */
export function below(url: string, name: string): string {
  const inside = new URL(url);
  inside.pathname = `${inside.pathname.replace(/\/$/, '')}/${encodeURIComponent(name)}`;
  return inside.href;
}

/** @throws HttpError */
async function stored(http: Http, request: HttpRequest): Promise<void> {
  const answer = await http({ ...request, headers: { 'x-ms-version': VERSION, ...request.headers } });
  if (answer.status !== 201) throw refusal(answer);
}

function refusal(answer: HttpAnswer): HttpError {
  const { status, headers, text } = answer;
  const code = headers['x-ms-error-code'] ?? /<Code>([^<]+)</.exec(text)?.[1];
  // Below its first line are request id and time.
  const message = /<Message>([^<\r\n]+)/.exec(text)?.[1] ?? `the storage answered ${status}`;
  return new HttpError(answer, message, code);
}
