/**
 * A wire between client and PostgreSQL that reads along: one operation is a simple query ('Q') or one bound statement
 * ('B': text and parameters). It knows the protocol and nothing else.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Cause, findToken } from '../token.ts';

const QUERY = 0x51;
const PARSE = 0x50;
const BIND = 0x42;

const BEGIN = /^\s*(?:begin|start transaction)\b/i;
const END = /^\s*(?:commit|rollback|end)\b/i;

/**
 * Names the cause of every statement of one connection. A transaction belongs to one cause: statements in it that carry
 * no token (an ORM's BEGIN and COMMIT) are billed to the token in it. Anything else without one is start-up work.
 */
class Connection {
  readonly #count: (cause: Cause) => void;
  #inTransaction = false;
  #cause: Cause | undefined;
  #waiting = 0;

  constructor(count: (cause: Cause) => void) {
    this.#count = count;
  }

  operation(text: string, application: string): void {
    const token = findToken(text);
    if (BEGIN.test(text)) {
      this.#inTransaction = true;
      this.#cause = undefined;
    }
    if (token !== undefined && this.#inTransaction) this.#cause = token;
    const cause = token ?? (this.#inTransaction ? this.#cause : undefined);
    if (cause !== undefined) {
      for (; this.#waiting > 0; this.#waiting--) this.#count(cause);
      this.#count(cause);
    } else if (this.#inTransaction && !END.test(text)) {
      this.#waiting++;
    } else {
      this.#count({ service: application, originService: application, origin: 'job:startup' });
    }
    if (END.test(text)) this.#inTransaction = false;
  }
}

/** Cuts a byte stream into frontend messages. The first message has no type byte. */
class FrontendReader {
  #buffer: Buffer = Buffer.alloc(0);
  #started = false;
  readonly #statements = new Map<string, string>();
  #application = '';
  readonly #onOperation: (text: string, application: string) => void;

  constructor(onOperation: (text: string, application: string) => void) {
    this.#onOperation = onOperation;
  }

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const head = this.#started ? 1 : 0;
      if (this.#buffer.length < head + 4) return;
      const length = head + this.#buffer.readUInt32BE(head);
      if (this.#buffer.length < length) return;
      const body = this.#buffer.subarray(head + 4, length);
      if (this.#started) this.#message(this.#buffer[0]!, body);
      else this.#startup(body);
      this.#buffer = this.#buffer.subarray(length);
    }
  }

  #startup(body: Buffer): void {
    const code = body.readUInt32BE(0);
    if (code >>> 16 !== 3) return; // an SSL or GSS request: the real start-up message follows
    this.#started = true;
    const words = body.toString('utf8', 4).split('\0');
    this.#application = words[words.indexOf('application_name') + 1] ?? '';
  }

  #message(type: number, body: Buffer): void {
    if (type === QUERY) this.#onOperation(body.toString('utf8'), this.#application);
    if (type === PARSE) {
      const [name = '', text = ''] = body.toString('utf8').split('\0');
      this.#statements.set(name, text);
    }
    if (type === BIND) {
      const text = body.toString('latin1');
      const [, statement = ''] = text.split('\0');
      this.#onOperation(`${this.#statements.get(statement) ?? ''} ${text}`, this.#application);
    }
  }
}

export interface PgTap {
  readonly port: number;
  stop(): Promise<void>;
}

/** `count` gets the cause of every operation; one without a token belongs to `job:startup` of the named application. */
export async function startPgTap(upstream: number, count: (cause: Cause) => void): Promise<PgTap> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const target = connect(upstream, '127.0.0.1');
    const connection = new Connection(count);
    const reader = new FrontendReader((text, application) => connection.operation(text, application));
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (chunk) => {
      reader.push(chunk);
      target.write(chunk);
    });
    target.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
