import type { Acceptance, Codec, Receiver, ReceiverHost } from '../../core/contracts/receiver.ts';
import type { DummyOptions } from './options.ts';

/** `<time in ms> <service> <origin> <target> <event> <value>`, one line each: the least that a format can be. */
const lines: Codec<never, never> = {
  name: 'dummy/1',
  replay(body, sink) {
    for (const line of new TextDecoder('utf-8', { fatal: true }).decode(body).split('\n')) {
      const [time, service, origin, target, event, value, ...rest] = line.split(' ');
      if (value === undefined || rest.length > 0) throw new Error(`${JSON.stringify(line)} is no line of six words`);
      sink.measurement({
        timeMs: Number(time),
        service: service!,
        originService: service!,
        origin: origin!,
        target: target!,
        event: event!,
        attributes: {},
        unit: '{call}',
        value: Number(value),
        weight: 1,
      });
    }
  },
};

/** Takes what it is given by hand: the least that a receiver can be. */
export class DummyReceiver implements Receiver<DummyOptions, never, never> {
  readonly name = 'dummy';
  readonly config: DummyOptions;
  readonly codecs = [lines];
  #host: ReceiverHost | undefined;

  constructor(config: DummyOptions = {}) {
    this.config = config;
  }

  async start(host: ReceiverHost): Promise<void> {
    this.#host = host;
  }

  /** Something came in under an id of the sender's. */
  async receive(id: string, text: string): Promise<Acceptance> {
    if (this.#host === undefined) return { outcome: 'busy', retryAfterMs: 1_000 };
    const { service = 'dummy' } = this.config;
    const body = new TextEncoder().encode(text.replaceAll('SERVICE', service));
    return this.#host.accept({ dedupeKey: id, codec: lines.name, body });
  }

  async stop(): Promise<void> {
    this.#host = undefined;
  }
}
