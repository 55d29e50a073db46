/** The contract of receivers, tried by the smallest host and the smallest receiver that keep it: counters, one per line. */
import { expect, test } from 'vitest';
import type {
  Acceptance,
  Codec,
  ReceivedBody,
  ReceivedMeasurement,
  Receiver,
  ReceiverHost,
  ReceiverSink,
} from '../../src/core/contracts/receiver.ts';

/** A collector's books: what was counted, which a crash takes away. */
class Books implements ReceiverSink {
  readonly sums = new Map<string, number>();
  span(): void {}
  point(): void {}
  level(): void {}
  event(): void {}

  measurement({ target, value, weight }: ReceivedMeasurement): void {
    this.sums.set(target, (this.sums.get(target) ?? 0) + value * weight);
  }
}

/** Stores first, applies then, answers last. */
class MemoryHost implements ReceiverHost {
  books = new Books();
  readonly #codecs: ReadonlyMap<string, Codec>;
  readonly #journal: ReceivedBody[] = [];
  readonly #seen = new Set<string>();
  readonly #maxEntries: number;

  constructor(receivers: readonly Receiver[], maxEntries: number) {
    this.#codecs = new Map(receivers.flatMap(({ codecs }) => codecs.map((codec) => [codec.name, codec])));
    this.#maxEntries = maxEntries;
  }

  async accept(payload: ReceivedBody): Promise<Acceptance> {
    const codec = this.#codecs.get(payload.codec);
    if (codec === undefined) return { outcome: 'refused', reason: `no codec ${payload.codec}` };
    if (payload.dedupeKey !== undefined && this.#seen.has(payload.dedupeKey)) return { outcome: 'duplicate' };
    if (this.#journal.length >= this.#maxEntries) return { outcome: 'busy', retryAfterMs: 1_000 };
    try {
      codec.replay(payload.body, new Books());
    } catch (error) {
      return { outcome: 'refused', reason: (error as Error).message };
    }
    this.#journal.push(payload);
    if (payload.dedupeKey !== undefined) this.#seen.add(payload.dedupeKey);
    codec.replay(payload.body, this.books);
    return { outcome: 'committed' };
  }

  /** The books are lost, the journal is not. */
  crash(): void {
    this.books = new Books();
    for (const { codec, body } of this.#journal) this.#codecs.get(codec)!.replay(body, this.books);
  }
}

const counters: Codec = {
  name: 'counters/1',
  replay(body, sink) {
    for (const line of new TextDecoder().decode(body).split('\n')) {
      const [target, value] = line.split(' ');
      if (target === undefined || !(Number(value) > 0)) throw new Error(`not a counter: ${line}`);
      const names = { service: 'shop', originService: 'shop', origin: '(counter)', target, event: 'count', unit: '1' };
      sink.measurement({ ...names, timeMs: 0, value: Number(value), weight: 1, attributes: {} });
    }
  },
};

class CounterReceiver implements Receiver<{ readonly path: string }> {
  readonly name = 'counters';
  readonly config = { path: '/counters' };
  readonly codecs = [counters];
  #host: ReceiverHost | undefined;

  async start(host: ReceiverHost): Promise<void> {
    this.#host = host;
  }

  async stop(): Promise<void> {
    this.#host = undefined;
  }

  /** A request, and the status it is answered with. */
  async post(text: string, dedupeKey?: string): Promise<number> {
    const body = new TextEncoder().encode(text);
    const payload = { codec: counters.name, body, ...(dedupeKey !== undefined && { dedupeKey }) };
    const answer = (await this.#host?.accept(payload)) ?? { outcome: 'busy' };
    return { committed: 200, duplicate: 200, busy: 429, refused: 400 }[answer.outcome];
  }
}

async function open(maxEntries = 100): Promise<{ host: MemoryHost; receiver: CounterReceiver }> {
  const receiver = new CounterReceiver();
  const host = new MemoryHost([receiver], maxEntries);
  await receiver.start(host);
  return { host, receiver };
}

test('what is committed is counted once, after a crash as before it', async () => {
  const { host, receiver } = await open();
  expect(await receiver.post('mail 1\ndb 2')).toBe(200);
  expect(await receiver.post('mail 1')).toBe(200);
  const counted = host.books.sums;
  expect(Object.fromEntries(counted)).toEqual({ mail: 2, db: 2 });
  host.crash();
  expect(host.books.sums).toEqual(counted);
});

test('a repetition by its key is a success, and is not counted again; equal bodies without one are two', async () => {
  const { host, receiver } = await open();
  expect([await receiver.post('mail 1', 'a'), await receiver.post('mail 1', 'a')]).toEqual([200, 200]);
  expect([await receiver.post('mail 1'), await receiver.post('mail 1')]).toEqual([200, 200]);
  expect(host.books.sums.get('mail')).toBe(3);
});

test('what finds no room, or cannot be read, leaves nothing behind, not even a part of it', async () => {
  const { host, receiver } = await open(1);
  expect(await receiver.post('mail 1\nnonsense', 'a')).toBe(400);
  expect(await receiver.post('mail 1', 'a')).toBe(200);
  expect(await receiver.post('mail 1', 'b')).toBe(429);
  host.crash();
  expect(Object.fromEntries(host.books.sums)).toEqual({ mail: 1 });
  expect(await host.accept({ codec: 'counters/2', body: new Uint8Array() })).toMatchObject({ outcome: 'refused' });
  await receiver.stop();
  expect(await receiver.post('mail 1')).toBe(429);
});
