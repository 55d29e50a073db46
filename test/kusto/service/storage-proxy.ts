/** Passes requests for blobs and queues on to Azurite as they are: signatures cover the path, not the host. */
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Azurite } from './azurite.ts';
import type { Answer } from './http.ts';

export class StorageProxy {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #azurite: Azurite;
  readonly #onMessage: (messageId: string) => void;

  /** @param onMessage told the id of each message that a queue accepts */
  constructor(azurite: Azurite, onMessage: (messageId: string) => void) {
    this.#azurite = azurite;
    this.#onMessage = onMessage;
  }

  async forward(kind: 'blob' | 'queue', { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const origin = kind === 'blob' ? this.#azurite.blobUrl : this.#azurite.queueUrl;
    const forwarded = { ...withoutHops(headers), host: new URL(origin).host, 'content-length': String(body.length) };
    const answer = await new Promise<Answer & { body: Buffer }>((resolve, reject) => {
      const outgoing = request(origin + url, { method, headers: forwarded, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 502;
          resolve({ status, headers: withoutHops(incoming.headers), body: Buffer.concat(chunks) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    const accepted = kind === 'queue' && method === 'POST' && answer.status === 201;
    const messageId = accepted ? /<MessageId>([^<]+)</.exec(answer.body.toString())?.[1] : undefined;
    if (messageId !== undefined) this.#onMessage(messageId);
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Headers that belong to one connection. */
function withoutHops(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const { connection: _, 'transfer-encoding': __, 'keep-alive': ___, ...rest } = headers;
  return rest;
}
