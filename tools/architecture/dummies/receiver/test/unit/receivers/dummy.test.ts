/** A receiver that was added with its folder and one entry: it is listed, it can be made, and it keeps the contract. */
import { expect, it } from 'vitest';
import { settle } from '../../../src/config/settle.ts';
import type { ReceivedBody, ReceivedMeasurement, ReceiverHost } from '../../../src/core/contracts/receiver.ts';
import { receivers } from '../../../src/engine/registry.ts';
import { dummyConfig } from '../../../src/receivers/dummy/config.ts';
import { type DummyOptions, dummyOptions } from '../../../src/receivers/dummy/options.ts';
import { DummyReceiver } from '../../../src/receivers/dummy/receiver.ts';

/** Stores nothing beyond this test, but answers as a host does. */
class Host implements ReceiverHost {
  readonly stored: ReceivedBody[] = [];

  async accept(received: ReceivedBody) {
    const known = this.stored.some(({ dedupeKey }) => dedupeKey !== undefined && dedupeKey === received.dedupeKey);
    if (known) return { outcome: 'duplicate' } as const;
    try {
      replay(received);
    } catch (error) {
      return { outcome: 'refused', reason: (error as Error).message } as const;
    }
    this.stored.push(received);
    return { outcome: 'committed' } as const;
  }
}

function replay({ codec, body }: ReceivedBody): ReceivedMeasurement[] {
  const measurements: ReceivedMeasurement[] = [];
  const never = () => expect.unreachable();
  const sink = { measurement: (one: ReceivedMeasurement) => void measurements.push(one) };
  new DummyReceiver({ service: 'shop' }).codecs
    .find(({ name }) => name === codec)!
    .replay(body, { span: never, point: never, level: never, event: never, ...sink });
  return measurements;
}

it('is in the registry, and made from its options', () => {
  expect(receivers).toContain(dummyConfig);
  const made = (given: DummyOptions) => dummyConfig.create(settle(dummyOptions, given), undefined);
  expect(made({ service: 'shop' })).toMatchObject({ name: 'dummy', config: { service: 'shop' } });
  expect(made({})).toMatchObject({ config: { service: 'dummy' } });
});

it('hands bodies to its host, which counts each once and replays it as often as it likes', async () => {
  const host = new Host();
  const receiver = new DummyReceiver({ service: 'shop' });
  expect(await receiver.receive('1', '0 job mail sent 2')).toMatchObject({ outcome: 'busy' });
  await receiver.start(host);
  expect(await receiver.receive('1', '0 job mail sent 2')).toEqual({ outcome: 'committed' });
  expect(await receiver.receive('1', '0 job mail sent 2')).toEqual({ outcome: 'duplicate' });
  expect(await receiver.receive('2', 'nonsense')).toMatchObject({ outcome: 'refused' });
  await receiver.stop();
  expect(host.stored).toHaveLength(1);
  const [once, again] = [replay(host.stored[0]!), replay(host.stored[0]!)];
  expect(once).toEqual(again);
  expect(once).toMatchObject([{ service: 'shop', origin: 'job', target: 'mail', event: 'sent', value: 2, weight: 1 }]);
});
