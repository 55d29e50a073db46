/** What every receiver must keep, whatever its protocol: `receiverContract('name', open)`. */
import { describe, expect, it } from 'vitest';
import type {
  Acceptance,
  Codec,
  ReceivedBody,
  Receiver,
  ReceiverHost,
  ReceiverSink,
} from '../../src/core/contracts/receiver.ts';

/** A receiver, and whoever sends to it in its protocol. */
export interface ReceiverTrial {
  readonly receiver: Receiver;
  /** Brings a body in which there is something to count, under an id where the protocol has them. Resolves with what the sender is told. */
  send(id: string): Promise<Told>;
  /** Brings one that no codec can read. */
  sendUnreadable(id: string): Promise<Told>;
}

/** `unreachable`: nobody listened. */
export type Told = Acceptance['outcome'] | 'unreachable';

/** A collector's books: whatever was received, in order. */
export class Books implements ReceiverSink {
  readonly received: (readonly [kind: keyof ReceiverSink, thing: unknown])[] = [];
  span = this.#note('span');
  point = this.#note('point');
  measurement = this.#note('measurement');
  level = this.#note('level');
  event = this.#note('event');

  #note(kind: keyof ReceiverSink): (thing: unknown) => void {
    return (thing) => void this.received.push([kind, thing]);
  }
}

/** The smallest host that keeps its side: it stores first, applies then, answers last. */
export class MemoryHost implements ReceiverHost {
  readonly journal: ReceivedBody[] = [];
  books = new Books();
  readonly #codecs: ReadonlyMap<string, Codec>;
  readonly #seen = new Set<string>();
  readonly #maxEntries: number;

  constructor(receiver: Receiver, maxEntries = 100) {
    this.#codecs = new Map(receiver.codecs.map((codec) => [codec.name, codec]));
    this.#maxEntries = maxEntries;
  }

  async accept(received: ReceivedBody): Promise<Acceptance> {
    const codec = this.#codecs.get(received.codec);
    if (codec === undefined) return { outcome: 'refused', reason: `no codec ${received.codec}` };
    if (received.dedupeKey !== undefined && this.#seen.has(received.dedupeKey)) return { outcome: 'duplicate' };
    if (this.journal.length >= this.#maxEntries) return { outcome: 'busy', retryAfterMs: 1_000 };
    try {
      codec.replay(received.body, new Books());
    } catch (error) {
      return { outcome: 'refused', reason: (error as Error).message };
    }
    this.journal.push(received);
    if (received.dedupeKey !== undefined) this.#seen.add(received.dedupeKey);
    codec.replay(received.body, this.books);
    return { outcome: 'committed' };
  }

  /** The books are lost, the journal is not. */
  crash(): void {
    this.books = new Books();
    for (const { codec, body } of this.journal) this.#codecs.get(codec)!.replay(body, this.books);
  }
}

/** `ids`: the protocol has a place for an id of the sender's. `open` gives one that has not been started. */
export function receiverContract(
  name: string,
  open: () => ReceiverTrial | Promise<ReceiverTrial>,
  { ids = true }: { readonly ids?: boolean } = {},
): void {
  async function start(maxEntries?: number): Promise<ReceiverTrial & { readonly host: MemoryHost }> {
    const trial = await open();
    const host = new MemoryHost(trial.receiver, maxEntries);
    await trial.receiver.start(host);
    return { ...trial, host };
  }
  const soon = () => performance.now() + 1_000;

  describe(`${name} as a receiver`, () => {
    it('counts what is committed once, after a crash as before it', async () => {
      const { receiver, host, send } = await start();
      expect([await send('a'), await send('b')]).toEqual(['committed', 'committed']);
      const { received } = host.books;
      expect(received.length).toBeGreaterThan(0);
      host.crash();
      expect(host.books.received).toEqual(received);
      await receiver.stop(soon());
    });

    it.skipIf(!ids)('tells a repetition from a new body by the id of the sender', async () => {
      const { receiver, host, send } = await start();
      expect(await send('a')).toBe('committed');
      const { length } = host.books.received;
      expect([await send('a'), await send('a')]).toEqual(['duplicate', 'duplicate']);
      expect(host.books.received).toHaveLength(length);
      expect(await send('b')).toBe('committed');
      await receiver.stop(soon());
    });

    it('leaves nothing behind of what finds no room or cannot be read, and says so', async () => {
      const { receiver, host, send, sendUnreadable } = await start(1);
      expect(await sendUnreadable('a')).toBe('refused');
      expect(host.books.received).toEqual([]);
      expect(await send('a')).toBe('committed');
      const { length } = host.books.received;
      expect(await send('b')).toBe('busy');
      expect(host.books.received).toHaveLength(length);
      await receiver.stop(soon());
    });

    it('names its codecs, each once and with a version', async () => {
      const { receiver, host, send } = await start();
      await send('a');
      const names = receiver.codecs.map((codec) => codec.name);
      expect(new Set(names).size).toBe(names.length);
      for (const codec of names) expect(codec).toMatch(/\/\d+$/);
      expect(names).toContain(host.journal[0]!.codec);
      await receiver.stop(soon());
    });

    it('takes nothing before it is started and once it has stopped, which may be said twice', async () => {
      const taken: Told[] = ['committed', 'duplicate'];
      expect(taken).not.toContain(await (await open()).send('a'));
      const { receiver, host, send } = await start();
      await receiver.stop(soon());
      await receiver.stop(soon());
      expect(taken).not.toContain(await send('a'));
      expect(host.journal).toEqual([]);
    });
  });
}
