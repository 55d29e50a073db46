/** The little of the Redis protocol (RESP2) that asking takes: a command after the other, simple and bulk replies. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';

const TIMEOUT_MS = 5_000;
/** INFO of a server has some kilobytes. */
const REPLY_BYTES_MAX = 16 * 1024 * 1024;

export class RedisClient {
  readonly #socket: net.Socket;
  #received = Buffer.alloc(0);
  #reply: { resolve(text: string): void; reject(error: Error): void } | undefined;
  #failure: Error | undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setTimeout(TIMEOUT_MS);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server has closed the connection')));
    socket.on('timeout', () => {
      if (this.#reply !== undefined) socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`));
    });
  }

  /** @throws AttributionError without the password */
  static async connect(connection: Connection): Promise<RedisClient> {
    const { host, port, user, password, secure } = connection;
    const socket = secure ? tls.connect({ host, port, servername: host }) : net.connect({ host, port });
    const client = new RedisClient(socket);
    try {
      await once(socket, secure ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (password !== undefined)
        await client.ask(...(user === undefined ? ['AUTH', password] : ['AUTH', user, password]));
      return client;
    } catch (error) {
      socket.destroy();
      throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));
    }
  }

  /** One at a time. @throws Error with what the server says */
  ask(...command: readonly string[]): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#reply = { resolve, reject };
      const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      this.#socket.write(`*${command.length}\r\n${words.join('')}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length > REPLY_BYTES_MAX) this.#socket.destroy(new Error('the answer is too long'));
    const end = this.#received.indexOf('\r\n');
    if (end < 0) return;
    const first = this.#received.toString('latin1', 0, end);
    let text = first.slice(1);
    let used = end + 2;
    if (first.startsWith('$')) {
      const length = Number(text);
      if (length >= 0 && this.#received.length < used + length + 2) return;
      text = length < 0 ? '' : this.#received.toString('utf8', used, used + length);
      used += length < 0 ? 0 : length + 2;
    }
    this.#received = this.#received.subarray(used);
    const reply = this.#reply;
    this.#reply = undefined;
    if (first.startsWith('-')) reply?.reject(new Error(text));
    else reply?.resolve(text);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reply?.reject(this.#failure);
    this.#reply = undefined;
  }
}
