import type { Codec, Receiver, ReceiverHost } from '../../src/core/contracts/receiver.ts';

/** Counters, one per line. */
export const counters: Codec = {
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

/** The smallest receiver that keeps the contract. */
export class CounterReceiver implements Receiver<{ readonly path: string }> {
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
    const answer = (await this.#host?.accept(received)) ?? { outcome: 'busy' };
    return { committed: 200, duplicate: 200, busy: 429, refused: 400 }[answer.outcome];
  }
}
