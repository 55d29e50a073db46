/** A receiver that was added with its folder and one entry: it is listed, it can be made, and it keeps the contract. */
import { expect, it } from 'vitest';
import { settle } from '../../../src/config/settle.ts';
import { receivers } from '../../../src/engine/registry.ts';
import { dummyConfig } from '../../../src/receivers/dummy/config.ts';
import { type DummyOptions, dummyOptions } from '../../../src/receivers/dummy/options.ts';
import { DummyReceiver } from '../../../src/receivers/dummy/receiver.ts';
import { MemoryHost, receiverContract } from '../../contract/receiver-contract.ts';

receiverContract('dummy', () => {
  const receiver = new DummyReceiver({ service: 'shop' });
  return {
    receiver,
    send: async (id) => (await receiver.receive(id, '0 job mail sent 2')).outcome,
    sendUnreadable: async (id) => (await receiver.receive(id, 'nonsense')).outcome,
  };
});

it('is in the registry, and made from its options, with their defaults', () => {
  expect(receivers).toContain(dummyConfig);
  const made = (given: DummyOptions) => dummyConfig.create(settle(dummyOptions, given), undefined);
  expect(made({ service: 'shop' })).toMatchObject({ name: 'dummy', config: { service: 'shop' } });
  expect(made({})).toMatchObject({ config: { service: 'dummy' } });
});

it('gives what is in a body', async () => {
  const receiver = new DummyReceiver({ service: 'shop' });
  const host = new MemoryHost(receiver);
  await receiver.start(host);
  await receiver.receive('1', '0 job mail sent 2');
  const measurement = { service: 'shop', origin: 'job', target: 'mail', event: 'sent', value: 2, weight: 1 };
  expect(host.books.received).toMatchObject([['measurement', measurement]]);
});
