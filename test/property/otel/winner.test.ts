/**
 * One resource, one winner, whichever span ends first: any tree of spans, ended in any order, gives the sums that it gives
 * when they end from the leaves up.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';
import { Committer } from '../../../src/core/attribution/committer.ts';
import { OriginResolver } from '../../../src/core/attribution/origin-resolver.ts';
import { SpanTracker } from '../../../src/core/attribution/tracker.ts';
import { compileMapping } from '../../../src/core/mapping/compile.ts';
import { CLIENT, CONSUMER, INTERNAL, SERVER } from '../../../src/core/span-kind.ts';
import { FlatSpan } from '../../unit/attribution/flat-span.ts';

const T0 = 1_800_000_000_000;
const ROOT = { kind: SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/r' } };
const KAFKA = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };
const SQS = {
  'rpc.system': 'aws-api',
  'rpc.service': 'SQS',
  'rpc.method': 'ReceiveMessage',
  'messaging.system': 'aws_sqs',
  'messaging.destination.name': 'orders',
  'messaging.operation.type': 'receive',
  'messaging.batch.message_count': 3,
};

/** What describes an operation, or stands between two that do. */
const KINDS = {
  sql: { kind: CLIENT, attributes: { 'db.system.name': 'mysql', 'server.address': 'db', 'db.namespace': 'shop' } },
  cache: { kind: CLIENT, attributes: { 'db.system.name': 'redis', 'server.address': 'cache' } },
  http: {
    kind: CLIENT,
    attributes: { 'http.request.method': 'GET', 'server.address': 'api', 'url.full': 'https://api/x' },
  },
  sqs: { kind: CONSUMER, attributes: SQS },
  poll: {
    kind: CLIENT,
    attributes: { ...KAFKA, 'messaging.operation.type': 'receive', 'messaging.batch.message_count': 2 },
  },
  process: { kind: CONSUMER, attributes: { ...KAFKA, 'messaging.operation.type': 'process' } },
  step: { kind: INTERNAL, attributes: {} },
} as const;
type Kind = keyof typeof KINDS;

interface Node {
  readonly kind: Kind;
  /** Position of the parent among those before; the root's is -1. */
  readonly parent: number;
}

function newTracker(): { tracker: SpanTracker; table: SumTable; accounts: Accounts } {
  const accounts = new Accounts();
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60 });
  const tracker = new SpanTracker({
    mapping: compileMapping({ dictionary, accounts }),
    accounts,
    resolver: new OriginResolver({ originAttribute: 'attribution.origin', attributes: {}, accounts }),
    committer: new Committer({ dictionary, table, accounts, rotate() {} }),
    windowSeconds: 60,
    originDeadlineMs: 120_000,
    detachedAfterMs: 120_000,
    service: '',
    now: () => T0,
    defer: (work) => work(),
  });
  return { tracker, table, accounts };
}

/** Sums per event and target, after all have started one after the other and ended in the given order. */
function sumsOf(nodes: readonly Node[], order: readonly number[]): Record<string, string> {
  const { tracker, table, accounts } = newTracker();
  const root = new FlatSpan({ ...ROOT, startMs: T0 });
  tracker.startRoot(root, 'shop', undefined);
  const spans = nodes.map(() => root);
  nodes.forEach(({ kind, parent }, i) => {
    const span = new FlatSpan({ ...KINDS[kind], startMs: T0 + i });
    spans[i] = span;
    tracker.startChild(span, parent < 0 ? root : spans[parent]!);
  });
  for (const i of order) {
    const span = i < 0 ? root : spans[i]!;
    // Whole seconds, whatever the order: the sums are equal to the bit.
    span.endMs = span.startMs + 1_000 * (i + 2);
    if (i < 0) tracker.endRoot(span, '');
    else tracker.endChild(span);
  }
  // Every span is in the books exactly once.
  const books = ['matched', 'unmatched', 'suppressed'] as const;
  const total = books.reduce((sum, what) => sum + accounts.total(`attribution.span.${what}`), 0);
  expect(total).toBe(nodes.length + 1);
  const sums: Record<string, string> = {};
  for (const { origin, measure, value, count, min, max } of table.rotate().rows()) {
    sums[`${origin.origin} ${measure.event} ${measure.target}`] = `${count} × ${value} (${min}..${max})`;
  }
  return sums;
}

const tree: fc.Arbitrary<Node[]> = fc
  .array(fc.tuple(fc.constantFrom(...(Object.keys(KINDS) as Kind[])), fc.nat()), { minLength: 1, maxLength: 6 })
  .map((picks) => picks.map(([kind, at], i) => ({ kind, parent: (at % (i + 1)) - 1 })));

const leavesFirst = (nodes: readonly Node[]): number[] => [...nodes.keys()].reverse().concat(-1);

describe('the winner', () => {
  it('of any tree does not depend on the order of ends', () => {
    const cases = tree.chain((nodes) =>
      fc.record({
        nodes: fc.constant(nodes),
        order: fc.shuffledSubarray(leavesFirst(nodes), { minLength: nodes.length + 1 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ nodes, order }) => {
        expect(sumsOf(nodes, order)).toEqual(sumsOf(nodes, leavesFirst(nodes)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<readonly [what: string, nodes: readonly Node[], sums: readonly string[]]>([
    [
      'a pool over its connection',
      [
        { kind: 'sql', parent: -1 },
        { kind: 'sql', parent: 0 },
      ],
      ['db.client.operation.duration mysql://db/shop 1'],
    ],
    [
      'a mapper over two queries, through steps of its own',
      [
        { kind: 'sql', parent: -1 },
        { kind: 'step', parent: 0 },
        { kind: 'sql', parent: 1 },
        { kind: 'sql', parent: 0 },
      ],
      ['db.client.operation.duration mysql://db/shop 2'],
    ],
    [
      'a poll over the messages it handed out',
      [
        { kind: 'poll', parent: -1 },
        { kind: 'process', parent: 0 },
        { kind: 'process', parent: 0 },
      ],
      ['messaging.client.consumed.messages kafka://(unknown)/shop/orders 2'],
    ],
    [
      'a poll whose handler asks an API',
      [
        { kind: 'poll', parent: -1 },
        { kind: 'http', parent: 0 },
      ],
      ['http.client.request.duration https://api 1'],
    ],
    [
      'a receive from SQS over its HTTP call',
      [
        { kind: 'sqs', parent: -1 },
        { kind: 'http', parent: 0 },
      ],
      ['messaging.client.consumed.messages aws.sqs://orders 1'],
    ],
    [
      'a handler of a message over an HTTP call',
      [
        { kind: 'process', parent: -1 },
        { kind: 'http', parent: 0 },
      ],
      ['http.client.request.duration https://api 1'],
    ],
  ])('of %s is the same in all permutations', (_what, nodes, wanted) => {
    for (const order of permutations(leavesFirst(nodes))) {
      const sums = sumsOf(nodes, order);
      const counts = Object.entries(sums).map(([key, sum]) => `${key.slice('GET /r '.length)} ${sum.split(' ')[0]}`);
      for (const one of wanted) expect(counts).toContain(one);
      if (nodes[0]!.kind === 'sqs') expect(counts.join()).not.toContain('http.client');
    }
  });
});

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
