/** Passes a request on to Azurite as it is: signatures cover the path, not the host. */
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

export class StorageProxy {
  readonly #agent = new Agent({ keepAlive: true });

  forward(
    origin: string,
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<ProxiedAnswer> {
    return new Promise((resolve, reject) => {
      const forwarded = { ...headers, host: new URL(origin).host, 'content-length': String(body.length) };
      delete (forwarded as OutgoingHttpHeaders)['transfer-encoding'];
      delete (forwarded as OutgoingHttpHeaders).connection;
      const outgoing = request(origin + path, { method, headers: forwarded, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const { 'transfer-encoding': _, connection: __, ...rest } = incoming.headers;
          resolve({ status: incoming.statusCode ?? 502, headers: rest, body: Buffer.concat(chunks) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
