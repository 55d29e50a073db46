/**
 * A MongoDB of one node as its driver sees it: it speaks the wire protocol, answers from memory, and counts every command
 * that carries a token. The server itself cannot be installed from a package here.
 */
import { createServer, type Socket } from 'node:net';
import mongoose from 'mongoose';
import { type Cause, findToken } from '../token.ts';

const { BSON } = mongoose.mongo;
type Command = Record<string, unknown>;

export interface MongoServer {
  readonly port: number;
  stop(): Promise<void>;
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
/** Documents of every collection. */
const STORED = 5;

function hello(): Command {
  return {
    ismaster: true,
    isWritablePrimary: true,
    helloOk: true,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    logicalSessionTimeoutMinutes: 30,
    connectionId: 1,
    ok: 1,
  };
}

/** The command of a message; documents that follow it in sections of their own are under `sections`. */
function parse(message: Buffer): Command | undefined {
  const code = message.readInt32LE(12);
  if (code === OP_QUERY) {
    const begin = message.indexOf(0, 20) + 1 + 8;
    return BSON.deserialize(message.subarray(begin, begin + message.readInt32LE(begin)));
  }
  if (code !== OP_MSG) return undefined;
  let command: Command = {};
  const sections: Command[] = [];
  for (let at = 20; at < message.length; ) {
    const kind = message[at++];
    const end = at + message.readInt32LE(at);
    if (kind === 0) command = BSON.deserialize(message.subarray(at, end));
    else {
      for (let begin = message.indexOf(0, at + 4) + 1; begin < end; begin += message.readInt32LE(begin)) {
        sections.push(BSON.deserialize(message.subarray(begin, begin + message.readInt32LE(begin))));
      }
    }
    at = end;
  }
  return { ...command, sections };
}

function frame(code: number, requestId: number, answer: Command): Buffer {
  const body = Buffer.from(BSON.serialize(answer));
  const extra = code === OP_MSG ? 5 : 20;
  const head = Buffer.alloc(16 + extra);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(code, 12);
  if (code === OP_REPLY) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
}

class Cursors {
  readonly #left = new Map<string, number>();
  #last = 0;

  open(namespace: string, documents: readonly Command[], batchSize: number): Command {
    const id = documents.length > batchSize ? ++this.#last : 0;
    if (id > 0) this.#left.set(String(id), documents.length - batchSize);
    return {
      cursor: { firstBatch: documents.slice(0, batchSize), id: BSON.Long.fromNumber(id), ns: namespace },
      ok: 1,
    };
  }

  more(namespace: string, id: string, batchSize: number): Command {
    const left = this.#left.get(id) ?? 0;
    const size = Math.min(batchSize, left);
    if (left > size) this.#left.set(id, left - size);
    else this.#left.delete(id);
    const nextBatch = Array.from({ length: size }, (_, i) => ({ _id: new BSON.ObjectId(), n: i }));
    return { cursor: { nextBatch, id: BSON.Long.fromString(left > size ? id : '0'), ns: namespace }, ok: 1 };
  }
}

function answer(name: string, command: Command, cursors: Cursors): Command {
  const sections = command.sections as Command[];
  const namespace = `truth.${String(command[name])}`;
  const batchSize = Number(command.batchSize ?? 101);
  switch (name) {
    case 'find': {
      const filter = command.filter as { _id?: { $in?: unknown[] } };
      const ids =
        filter._id?.$in ?? Array.from({ length: Number(command.limit ?? 0) || STORED }, () => new BSON.ObjectId());
      return cursors.open(
        namespace,
        ids.map((_id) => ({ _id, t: 'stored', part: new BSON.ObjectId() })),
        batchSize,
      );
    }
    case 'getMore':
      return cursors.more(`truth.${String(command.collection)}`, String(command.getMore), batchSize);
    case 'aggregate':
      return cursors.open(namespace, [{ _id: 1, n: STORED }], batchSize);
    case 'insert': {
      const documents = [...((command.documents as Command[] | undefined) ?? []), ...sections];
      const index = documents.findIndex(({ refused }) => refused === true);
      if (index < 0) return { n: documents.length, ok: 1 };
      return { n: index, writeErrors: [{ index, code: 11_000, errmsg: 'E11000 duplicate key error' }], ok: 1 };
    }
    case 'update':
      return { n: 1, nModified: 1, ok: 1 };
    case 'delete':
      return { n: 1, ok: 1 };
    case 'findAndModify':
      return { value: { _id: new BSON.ObjectId(), t: 'stored' }, lastErrorObject: { n: 1 }, ok: 1 };
    default:
      return { ok: 1 };
  }
}

export async function startMongo(count: (cause: Cause) => void): Promise<MongoServer> {
  const cursors = new Cursors();
  const sockets = new Set<Socket>();
  function respond(socket: Socket, message: Buffer): void {
    const command = parse(message);
    const name = Object.keys(command ?? {})[0];
    if (command === undefined || name === undefined) return;
    const code = message.readInt32LE(12) === OP_MSG ? OP_MSG : OP_REPLY;
    const isHello = /^(hello|ismaster)$/i.test(name);
    const cause = isHello ? undefined : findToken(JSON.stringify(command));
    if (cause !== undefined) count(cause);
    const reply = frame(code, message.readInt32LE(4), isHello ? hello() : answer(name, command, cursors));
    // A turn later, so that several commands are under way at a time.
    setTimeout(() => socket.writable && socket.write(reply), isHello ? 0 : 2);
  }
  const server = createServer((socket) => {
    let rest = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        respond(socket, rest.subarray(0, length));
        rest = rest.subarray(length);
      }
    });
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
