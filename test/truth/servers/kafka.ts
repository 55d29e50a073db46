/**
 * A Kafka broker of one node and one partition per topic, as its clients see it: enough of the protocol for producers and
 * for groups of one member. Counts the messages it takes, by the tokens in them, and those it hands out, by topic.
 */
import { createServer, type Socket } from 'node:net';
import { type Cause, findToken } from '../token.ts';
import type { Downstream } from './downstream.ts';
import { Reader, Writer } from './kafka-wire.ts';

export const CLUSTER_ID = 'truth-kafka';

export interface KafkaCounts {
  /** A request to produce, of whatever number of messages. */
  call(cause: Cause): void;
  sent(cause: Cause, messages: number): void;
  /** `topic` is the name of the service, a dot, and more. */
  fetched(topic: string, messages: number): void;
}

interface Batch {
  readonly first: number;
  readonly messages: number;
  readonly bytes: Buffer;
}

/** Key, lowest and highest version of what is spoken. */
const APIS: readonly (readonly [key: number, min: number, max: number])[] = [
  [0, 0, 3],
  [1, 0, 4],
  [2, 0, 1],
  [3, 0, 2],
  [8, 0, 2],
  [9, 1, 1],
  [10, 0, 0],
  [11, 0, 0],
  [12, 0, 0],
  [13, 0, 0],
  [14, 0, 0],
  [18, 0, 0],
];
const UNSUPPORTED_VERSION = 35;
const FETCH_WAIT_MS = 30;
const TOKENS = /~[A-Za-z0-9%._!'()*-]+~/g;

class Log {
  readonly #topics = new Map<string, Batch[]>();

  batches(topic: string): Batch[] {
    let batches = this.#topics.get(topic);
    if (batches === undefined) this.#topics.set(topic, (batches = []));
    return batches;
  }

  end(topic: string): number {
    const last = this.batches(topic).at(-1);
    return last === undefined ? 0 : last.first + last.messages;
  }

  append(topic: string, records: Buffer): number {
    const first = this.end(topic);
    const bytes = Buffer.from(records);
    // The checksum of a batch leaves out where it stands.
    bytes.writeBigInt64BE(BigInt(first), 0);
    this.batches(topic).push({ first, messages: records.readInt32BE(57), bytes });
    return first;
  }
}

type Answer = Writer | Promise<Writer>;

export async function startKafka(counts: KafkaCounts): Promise<Downstream> {
  const log = new Log();
  const committed = new Map<string, number>();
  const sockets = new Set<Socket>();
  let port = 0;

  const topics = (request: Reader, answer: Writer, each: (topic: string) => void) =>
    answer.array(
      request.array(() => request.string()),
      each,
    );

  /** Topics and their partitions, of which there is one each: `read` what is asked of it, `write` what it answers. */
  function perPartition<T>(
    request: Reader,
    read: (topic: string) => T,
    write: (to: Writer, topic: string, asked: T) => void,
  ): Writer {
    const asked = request.array(() => {
      const topic = request.string();
      return { topic, partitions: request.array(() => read(topic)) };
    });
    return new Writer().array(asked, ({ topic, partitions }, to) =>
      to.string(topic).array(partitions, (one) => write(to, topic, one)),
    );
  }

  function produce(request: Reader): Writer {
    request.string();
    request.int16();
    request.int32();
    let isCounted = false;
    return perPartition(
      request,
      (topic) => {
        const partition = request.int32();
        const records = request.bytes();
        for (const token of records.toString('latin1').match(TOKENS) ?? []) {
          const cause = findToken(token);
          if (cause === undefined) continue;
          counts.sent(cause, 1);
          if (!isCounted) counts.call(cause);
          isCounted = true;
        }
        return { partition, first: log.append(topic, records) };
      },
      (to, _topic, { partition, first }) => to.int32(partition).int16(0).int64(first).int64(-1),
    ).int32(0);
  }

  async function fetch(request: Reader): Promise<Writer> {
    request.skip(4 + 4 + 4 + 4 + 1);
    const asked: { topic: string; partition: number; offset: number }[] = [];
    for (const { topic, partitions } of request.array(() => ({
      topic: request.string(),
      partitions: request.array(() => {
        const at = { partition: request.int32(), offset: request.int64() };
        request.skip(4);
        return at;
      }),
    }))) {
      for (const at of partitions) asked.push({ topic, ...at });
    }
    if (!asked.some(({ topic, offset }) => offset < log.end(topic))) {
      await new Promise((resolve) => setTimeout(resolve, FETCH_WAIT_MS));
    }
    return new Writer().int32(0).array(asked, ({ topic, partition, offset }, to) => {
      const batches = log.batches(topic).filter(({ first }) => first >= offset);
      counts.fetched(
        topic,
        batches.reduce((sum, { messages }) => sum + messages, 0),
      );
      const end = log.end(topic);
      to.string(topic).array([partition], () => {
        to.int32(partition)
          .int16(0)
          .int64(end)
          .int64(end)
          .array([], () => {});
        to.bytes(Buffer.concat(batches.map(({ bytes }) => bytes)));
      });
    });
  }

  function join(request: Reader): Writer {
    const group = request.string();
    request.int32();
    request.string();
    request.string();
    const protocols = request.array(() => ({ name: request.string(), metadata: request.bytes() }));
    const member = `${group}-member`;
    const { name, metadata } = protocols[0]!;
    const answer = new Writer().int16(0).int32(1).string(name).string(member).string(member);
    return answer.array([member], () => answer.string(member).bytes(metadata));
  }

  function sync(request: Reader): Writer {
    request.string();
    request.int32();
    request.string();
    const assignments = request.array(() => ({ member: request.string(), assignment: request.bytes() }));
    return new Writer().int16(0).bytes(assignments[0]?.assignment ?? Buffer.alloc(0));
  }

  function metadata(request: Reader): Writer {
    const answer = new Writer();
    answer.array([1], () => answer.int32(1).string('127.0.0.1').int32(port).string(null));
    answer.string(CLUSTER_ID).int32(1);
    return topics(request, answer, (topic) => {
      answer.int16(0).string(topic).int8(0);
      answer.array([0], () => {
        answer.int16(0).int32(0).int32(1);
        for (let i = 0; i < 2; i++) answer.array([1], () => answer.int32(1));
      });
    });
  }

  function commit(request: Reader): Writer {
    const group = request.string();
    request.int32();
    request.string();
    request.skip(8);
    return perPartition(
      request,
      (topic) => {
        const partition = request.int32();
        committed.set(`${group} ${topic}`, request.int64());
        request.string();
        return partition;
      },
      (to, _topic, partition) => to.int32(partition).int16(0),
    );
  }

  function answerTo(key: number, version: number, request: Reader): Answer {
    switch (key) {
      case 0:
        return produce(request);
      case 1:
        return fetch(request);
      case 2:
        request.int32();
        return perPartition(
          request,
          () => ({ partition: request.int32(), time: request.int64() }),
          (to, topic, { partition, time }) =>
            to
              .int32(partition)
              .int16(0)
              .int64(-1)
              .int64(time === -2 ? 0 : log.end(topic)),
        );
      case 3:
        return metadata(request);
      case 8:
        return commit(request);
      case 9: {
        const group = request.string();
        return perPartition(
          request,
          () => request.int32(),
          (to, topic, partition) =>
            to
              .int32(partition)
              .int64(committed.get(`${group} ${topic}`) ?? -1)
              .string('')
              .int16(0),
        );
      }
      case 10:
        return new Writer().int16(0).int32(1).string('127.0.0.1').int32(port);
      case 11:
        return join(request);
      case 14:
        return sync(request);
      case 18: {
        const answer = new Writer().int16(version === 0 ? 0 : UNSUPPORTED_VERSION);
        return answer.array(version === 0 ? APIS : [], ([api, min, max]) => answer.int16(api).int16(min).int16(max));
      }
      default:
        return new Writer().int16(0);
    }
  }

  async function respond(socket: Socket, message: Buffer): Promise<void> {
    const request = new Reader(message);
    const key = request.int16();
    const version = request.int16();
    const correlation = request.int32();
    request.string();
    const body = (await answerTo(key, version, request)).toBuffer();
    const head = Buffer.alloc(8);
    head.writeInt32BE(4 + body.length, 0);
    head.writeInt32BE(correlation, 4);
    if (socket.writable) socket.write(Buffer.concat([head, body]));
  }

  const server = createServer((socket) => {
    let rest = Buffer.alloc(0);
    let last = Promise.resolve();
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const message = rest.subarray(4, 4 + rest.readInt32BE(0));
        rest = rest.subarray(4 + message.length);
        // Answers leave in the order of the requests.
        last = last.then(() => respond(socket, message));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
