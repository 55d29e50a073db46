import type { Acceptance, Codec, Receiver, ReceiverHost } from '../../core/contracts/receiver.ts';
import type { SettledDummyOptions } from './options.ts';

/** `<service> <time in ms> <origin> <target> <event> <value>`: the least that a format can be. */
const sixWords: Codec = {
  name: 'dummy/1',
  replay(body, sink) {
    const text = new TextDecoder().decode(body);
    const [service, time, origin, target, event, value] = text.split(' ');
    if (service === undefined || origin === undefined || target === undefined || event === undefined || !Number(value))
      throw new Error(`${JSON.stringify(text)} is not six words`);
    const names = { service, originService: service, origin, target, event, unit: '{call}' };
    sink.measurement({ ...names, timeMs: Number(time), attributes: {}, value: Number(value), weight: 1 });
  },
};

/** Takes what it is given by hand: the least that a receiver can be. */
export class DummyReceiver implements Receiver<SettledDummyOptions> {
  readonly name = 'dummy';
  readonly config: SettledDummyOptions;
  readonly codecs = [sixWords];
  #host: ReceiverHost | undefined;

  constructor(config: SettledDummyOptions) {
    this.config = config;
  }

  async start(host: ReceiverHost): Promise<void> {
    this.#host = host;
  }

  /** Something came in, under an id of the sender's. */
  async receive(id: string, text: string): Promise<Acceptance> {
    const body = new TextEncoder().encode(`${this.config.service} ${text}`);
    if (this.#host === undefined) return { outcome: 'busy', retryAfterMs: 1_000 };
    return this.#host.accept({ dedupeKey: id, codec: sixWords.name, body });
  }

  async stop(): Promise<void> {
    this.#host = undefined;
  }
}
