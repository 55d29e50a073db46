/** What the drivers are made to tell of spans: which server, how many messages. Nothing is guessed. */
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { context, type Span, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LightSpan } from '../../../src/otel/light/light-span.ts';
import { repairAwsBatch } from '../../../src/otel/repair/aws-batch.ts';
import { repairKafkaProducer } from '../../../src/otel/repair/kafka-send.ts';
import { repairRedisQueue, repairRedisRun } from '../../../src/otel/repair/redis-multi.ts';
import { type Harness, startHarness } from './harness.ts';

let h: Harness;
beforeEach(() => {
  h = startHarness();
});
afterEach(() => h.close());

const attributesOf = (span: Span): Record<string, unknown> =>
  span instanceof LightSpan
    ? span.attributesNow()
    : (span as never as { attributes: Record<string, unknown> }).attributes;

describe('a producer of kafkajs', () => {
  interface Request {
    readonly topic?: string;
    readonly messages?: readonly object[];
    readonly topicMessages?: readonly { messages: readonly object[] }[];
  }
  const KAFKA = { 'messaging.system': 'kafka' };

  /** A cluster that is known once something was sent, and a driver's `send` as the instrumentation calls it. */
  function connected(id: string | undefined) {
    const cluster = { brokerPool: { metadata: undefined as { clusterId: string | undefined } | undefined } };
    const factory = repairKafkaProducer((_: { cluster: object }) => ({
      async send(_request: Request) {
        await Promise.resolve();
        if (id === undefined) throw new Error('no broker');
        cluster.brokerPool.metadata = { clusterId: id };
      },
      sendBatch: async (_request: Request) => {
        cluster.brokerPool.metadata = { clusterId: id };
      },
    }));
    const made = factory!({ cluster });
    const startTime = Date.now();
    const spans: Span[] = [];
    const begin = (n: number) => {
      const known = cluster.brokerPool.metadata?.clusterId;
      for (let i = 0; i < n; i++) {
        const attributes = known === undefined ? KAFKA : { ...KAFKA, 'messaging.kafka.cluster.id': known };
        spans.push(h.span('send', { kind: SpanKind.PRODUCER, attributes, startTime }));
      }
    };
    const end = () => {
      for (const span of spans) span.end(startTime + 1_000);
    };
    return { made, begin, end, ids: () => spans.map((span) => attributesOf(span)['messaging.kafka.cluster.id']) };
  }

  it('names the cluster of its first messages, each its own, though they are sent at the same time', async () => {
    const [a, b, down] = [connected('A'), connected('B'), connected(undefined)];
    a.begin(2);
    const first = a.made.send({ messages: [{}, {}] });
    down.begin(1);
    const failed = down.made.send({ messages: [{}] }).catch(() => 'failed');
    b.begin(3);
    const second = b.made.sendBatch({ topicMessages: [{ messages: [{}] }, { messages: [{}, {}] }] });
    await Promise.all([first, second, failed]);
    a.begin(1);
    await a.made.send({ messages: [{}] });
    expect(a.ids()).toEqual(['A', 'A', 'A']);
    expect(b.ids()).toEqual(['B', 'B', 'B']);
    expect(down.ids()).toEqual([undefined]);
  });

  it('sends several messages in one operation, and its time is once in the sums', async () => {
    const a = connected('A');
    a.begin(1);
    await a.made.send({ messages: [{}] });
    a.begin(4);
    await a.made.send({ messages: [{}, {}, {}, {}] });
    a.end();
    const rows = await h.rows();
    const sum = (event: string, of: 'count' | 'samples' | 'value') =>
      rows.filter((row) => row.event === event).reduce((total, row) => total + row[of], 0);
    expect(sum('messaging.client.operation.duration', 'count')).toBe(2);
    expect(sum('messaging.client.operation.duration', 'samples')).toBe(2);
    expect(sum('messaging.client.operation.duration', 'value')).toBeCloseTo(2, 6);
    expect(sum('messaging.client.sent.messages', 'value')).toBe(5);
  });

  it('takes no spans of others that were begun before and not sent', async () => {
    const [a, b] = [connected('A'), connected('B')];
    b.begin(1);
    a.begin(1);
    await a.made.send({ messages: [{}] });
    expect(a.ids()).toEqual(['A']);
    expect(b.ids()).toEqual([undefined]);
  });

  it('fails as it would, and leaves alone what is no factory', async () => {
    await expect(connected(undefined).made.send({ messages: [] })).rejects.toThrow('no broker');
    for (const odd of [undefined, null, {}, { messages: 'x' }, { topicMessages: 'x' }, { topicMessages: [null] }]) {
      await expect(connected('A').made.send(odd as never)).resolves.toBeUndefined();
    }
    expect(repairKafkaProducer('x')).toBeUndefined();
    const once = repairKafkaProducer(() => ({}));
    expect(repairKafkaProducer(once)).toBe(once);
  });
});

describe('a transaction of node-redis', () => {
  const OPEN = Symbol('opentelemetry.instrumentation.redis.open_spans');
  class Multi {
    [OPEN]: { span: Span }[] = [];
    readonly queue: { args: string[] }[] = [];
    addCommand(args: string[]): this {
      this.queue.push({ args });
      return this;
    }
  }
  class Client {
    readonly options: object | undefined;
    constructor(options: object | undefined) {
      this.options = options;
    }
    async _executeMulti(commands: readonly object[]): Promise<number> {
      return commands.length;
    }
  }
  repairRedisQueue(Multi);
  repairRedisRun(Client);

  function queued(attributes: Record<string, string> = {}) {
    const multi = new Multi();
    for (const command of ['set', 'get']) {
      multi.addCommand([command, 'k']);
      multi[OPEN].push({ span: h.span(command, { kind: SpanKind.CLIENT, attributes }) });
    }
    return multi;
  }
  const addresses = (multi: Multi) =>
    multi[OPEN].map(({ span }) => `${attributesOf(span)['server.address']}:${attributesOf(span)['server.port']}`);

  it('has the address of the connection that runs it, also where many are under way', async () => {
    const [one, two] = [queued(), queued()];
    const nodes = [1, 2].map((n) => new Client({ socket: { host: `node-${n}`, port: 7000 + n } }));
    expect(await nodes[1]!._executeMulti(two.queue)).toBe(2);
    expect(await nodes[0]!._executeMulti(one.queue)).toBe(2);
    expect(addresses(one)).toEqual(['node-1:7001', 'node-1:7001']);
    expect(addresses(two)).toEqual(['node-2:7002', 'node-2:7002']);
  });

  it('keeps an address that it has, and runs without one', async () => {
    const known = queued({ 'server.address': 'cache' });
    await new Client({ socket: { host: 'other', port: 1 } })._executeMulti(known.queue);
    expect(addresses(known)).toEqual(['cache:undefined', 'cache:undefined']);
    for (const options of [undefined, {}, { socket: {} }, { socket: { path: '/run/redis' } }]) {
      expect(await new Client(options)._executeMulti(queued().queue)).toBe(2);
    }
    expect(await new Client({ socket: { host: 'h' } })._executeMulti([])).toBe(0);
    expect(repairRedisRun(Client)).toBe(false);
  });
});

describe('a batch of the AWS SDK', () => {
  const Base = Object.getPrototypeOf(SQSClient) as { readonly prototype: unknown };
  repairAwsBatch(Base);
  const Entries = [1, 2, 3].map((n) => ({ Id: String(n), MessageBody: 'x' }));
  // It ends before the network.
  const client = new SQSClient({
    region: 'eu-west-1',
    endpoint: 'http://q',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.reject(new Error('no network')) },
  });

  async function sizeOf(command: SendMessageBatchCommand | SendMessageCommand, attributes: Record<string, string>) {
    const span = h.span('call', { kind: SpanKind.PRODUCER, attributes });
    const sent = context.with(trace.setSpan(context.active(), span), () => client.send(command as SendMessageCommand));
    await expect(sent).rejects.toThrow('no network');
    return attributesOf(span)['messaging.batch.message_count'];
  }
  const AWS = { 'rpc.system': 'aws-api' };

  it('tells its size, whatever else it is sent with, and nobody else tells one', async () => {
    const batch = () => new SendMessageBatchCommand({ QueueUrl: 'http://q/1/jobs', Entries });
    expect(await sizeOf(batch(), AWS)).toBe(3);
    const again = batch();
    expect([await sizeOf(again, AWS), await sizeOf(again, AWS)]).toEqual([3, 3]);
    expect(
      await sizeOf(new SendMessageCommand({ QueueUrl: 'http://q/1/jobs', MessageBody: 'x' }), AWS),
    ).toBeUndefined();
    // The span of a handler is not that of the call.
    expect(await sizeOf(batch(), { 'http.request.method': 'POST' })).toBeUndefined();
    expect(repairAwsBatch(Base)).toBe(false);
  });
});
