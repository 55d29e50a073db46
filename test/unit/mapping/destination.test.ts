/** Names of queues and topics: what differs per client or message is folded, and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rootOrigin } from '../../../src/core/attribution/root-origin.ts';
import { destinationName, foldDestination } from '../../../src/core/mapping/destination.ts';
import { CONSUMER, span, targetOf } from './harness.ts';

const HINTS = { route: '', rpcRoute: '', childRoute: '', graphql: '' };
const amqp = { 'messaging.system': 'rabbitmq', 'server.address': 'mq', 'messaging.operation.type': 'receive' };

const RANDOM: readonly (readonly [name: string, folded: string])[] = [
  ['amq.gen-JzTY20BRgKO_wD-3g0Gxvg', '(temporary)'],
  ['amq.rabbitmq.reply-to.g1h2AA5yZXBseUA4MTk5NTQz.Zc1a', '(temporary)'],
  ['stomp-subscription-Xb3c_9KPq2', '(temporary)'],
  ['_INBOX.yqtU0bBQQ9rHUvXM1yBmJG.1', '(temporary)'],
  ['ID:worker-7-41234-1700000000000-0:1:1', '(temporary)'],
  ['orders.anonymous.R3b4Vb0yQkCzqJ8yVvGv1Q', '(temporary)'],
  ['celery@4b2c.celery.pidbox', '(temporary)'],
  ['rpc.reply-orders_service-0b5e6a1c', '(temporary)'],
  ['app_host_dotnet_bus_ryeoyyn8fcyeiq3cbdp4r1k9ty', '(temporary)'],
  ['reply-0b5e6a1c-7b1e-4a8e-9d53-1f1d8d7c2a10', 'reply-{uuid}'],
  ['reply_0B5E6A1C_7B1E_4A8E_9D53_1F1D8D7C2A10_eu', 'reply_{uuid}_eu'],
  ['replies.0b5e6a1c7b1e4a8e9d531f1d8d7c2a10', 'replies.{hex}'],
  ['session:65a1f0c2d3e4b5a697887766', 'session:{hex}'],
  ['job-01ARZ3NDEKTSV4RRFFQ69G5FAV-done', 'job-{ulid}-done'],
  ['sms.4915112345678', 'sms.{number}'],
  ['export-1700000000000.fifo', 'export-{number}.fifo'],
];

const WORDS: readonly string[] = [
  'orders',
  'orders.eu-west-1',
  'OrderProcessingServiceV2Queue',
  'orders-2026-11-30',
  'orders-20261130',
  'partition-00000017',
  'deadbeefdeadbeef',
  'INTERNATIONALIZATION_OF_ORDERS',
  'tenant.acme.invoices.v3',
  'amq.topic',
  '',
];

describe('a destination', () => {
  it.each(RANDOM)('%s is one key', (name, folded) => {
    expect(foldDestination(name)).toBe(folded);
    expect(foldDestination(name)).toBe(folded);
  });

  it.each(WORDS)('%s stays as it is', (name) => {
    expect(foldDestination(name)).toBe(name);
  });

  it('with a template is the template, and what is marked as temporary is not named', () => {
    expect(destinationName('user-{id}', true, 'user-17')).toBe('user-{id}');
    expect(destinationName('', true, 'tmp-83fa')).toBe('(temporary)');
    expect(destinationName('', false, 'arn:aws:sns:eu-west-1:123456789012:orders')).toBe('orders');
  });

  it('has the same name as a target and as an origin', () => {
    for (const [name, folded] of RANDOM) {
      const attributes = { ...amqp, 'messaging.destination.name': name };
      expect(targetOf(CONSUMER, attributes)).toBe(`rabbitmq://mq/${folded}`);
      expect(rootOrigin(span(CONSUMER, attributes), HINTS).origin).toBe(`process ${folded}`);
    }
  });

  it('has as many names as there are words, however many clients come', () => {
    const names = fc.tuple(fc.constantFrom('reply-', 'rpc.', 'x:'), fc.uuid(), fc.constantFrom('', '.eu'));
    fc.assert(
      fc.property(names, ([front, uuid, end]) => {
        expect(foldDestination(`${front}${uuid}${end}`)).toBe(`${front}{uuid}${end}`);
      }),
    );
    for (let i = 0; i < 3_000; i++) expect(foldDestination(`amq.gen-${i}`)).toBe('(temporary)');
  });
});
