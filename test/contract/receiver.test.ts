/** The contract of receivers, tried by the smallest receiver that keeps it: counters, one per line. */
import { expect, test } from 'vitest';
import type { Codec, ReceivedMeasurement, Receiver, ReceiverHost } from '../../src/core/contracts/receiver.ts';
import { MemoryHost, receiverContract, type Told } from './receiver-contract.ts';

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
    const received = { codec: counters.name, body, ...(dedupeKey !== undefined && { dedupeKey }) };
    const answer = await this.#host?.accept(received);
    if (answer === undefined) return 503;
    return { committed: 201, duplicate: 200, busy: 429, refused: 400 }[answer.outcome];
  }
}

const told = new Map<number, Told>([
  [201, 'committed'],
  [200, 'duplicate'],
  [429, 'busy'],
  [400, 'refused'],
  [503, 'unreachable'],
]);

receiverContract('counters', () => {
  const receiver = new CounterReceiver();
  return {
    receiver,
    send: async (id) => told.get(await receiver.post('mail 1\ndb 2', id))!,
    sendUnreadable: async (id) => told.get(await receiver.post('mail 1\nnonsense', id))!,
  };
});

async function open(): Promise<{ host: MemoryHost; receiver: CounterReceiver; sums: () => Record<string, number> }> {
  const receiver = new CounterReceiver();
  const host = new MemoryHost(receiver);
  await receiver.start(host);
  const sums = () => {
    const all: Record<string, number> = {};
    for (const [, one] of host.books.received) {
      const { target, value, weight } = one as ReceivedMeasurement;
      all[target] = (all[target] ?? 0) + value * weight;
    }
    return all;
  };
  return { host, receiver, sums };
}

test('equal bodies without an id are two, one with an id is one', async () => {
  const { host, receiver, sums } = await open();
  expect([await receiver.post('mail 1\ndb 2'), await receiver.post('mail 1')]).toEqual([201, 201]);
  expect(sums()).toEqual({ mail: 2, db: 2 });
  expect([await receiver.post('mail 1', 'a'), await receiver.post('mail 1', 'a')]).toEqual([201, 200]);
  host.crash();
  expect(sums()).toEqual({ mail: 3, db: 2 });
});

test('a body of a codec that nobody knows is refused', async () => {
  const { host } = await open();
  expect(await host.accept({ codec: 'counters/2', body: new Uint8Array() })).toMatchObject({ outcome: 'refused' });
});
