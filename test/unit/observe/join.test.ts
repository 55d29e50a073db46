import { expect, test } from 'vitest';
import type { OpenOperation } from '../../../src/core/contracts/open-work.ts';
import { originsOf } from '../../../src/observe/join.ts';
import type { Session } from '../../../src/observe/lock-observer.ts';

const TARGET = 'postgresql://shop-db/shop';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const idle: Session = {
  id: '1',
  state: 'idle in transaction',
  running: false,
  application: '',
  text: 'UPDATE stock SET n = 1',
  startMs: 1_000,
  endMs: 1_010,
  address: '127.0.0.1',
  port: 5000,
  worker: '',
};
const active: Session = { ...idle, state: 'active', running: true, endMs: undefined };

const ended = (origin: string, startMs = 999, endMs = 1_011): OpenOperation => ({
  originService: 'billing',
  origin,
  target: TARGET,
  traceId: '',
  startMs,
  endMs,
  text: '',
});
const running = (origin: string, startMs = 999, text = 'UPDATE stock SET n = 1'): OpenOperation => ({
  ...ended(origin, startMs),
  endMs: null,
  text,
});

interface Case {
  readonly session: Session;
  readonly operations: readonly OpenOperation[];
  /** Of process 7; null where it cannot be told. */
  readonly ports?: readonly number[] | null;
  readonly aheadMs?: number;
  readonly others?: readonly OpenOperation[];
}

function origin({ session, operations, ports = [5000], aheadMs = 0, others = [] }: Case): string {
  const processes = [
    { pid: 7, service: 'billing', operations },
    { pid: 8, service: 'storefront', operations: others },
  ];
  const known =
    ports === null
      ? undefined
      : new Map([
          [7, new Set(ports)],
          [8, new Set([6000])],
        ]);
  const around = { target: TARGET, processes, ports: known, aheadMs };
  const found = originsOf({ atMs: 2_000, sessions: [session], waits: [] }, around).get('1')!;
  return `${found.service} ${found.origin} ${found.basis}`.trim();
}

const UNKNOWN = '(unknown session)';

test.each<[string, Case, string]>([
  [
    'begin and end of the last statement',
    { session: idle, operations: [ended('job'), ended('other', 500, 600)] },
    'billing job time',
  ],
  [
    'the text and begin of what runs',
    { session: active, operations: [running('job'), running('other', 999, 'SELECT 1')] },
    'billing job statement',
  ],
  [
    'two that fit equally well',
    { session: idle, operations: [ended('job'), ended('other', 998, 1_012)] },
    `billing ${UNKNOWN}`,
  ],
  ['the nearer of two', { session: idle, operations: [ended('job'), ended('other', 950, 1_060)] }, 'billing job time'],
  ['what runs is not what idles', { session: idle, operations: [running('job')] }, `billing ${UNKNOWN}`],
  [
    'a call to another target',
    { session: idle, operations: [{ ...ended('job'), target: 'postgresql://x/y' }] },
    `billing ${UNKNOWN}`,
  ],
  [
    'a port of this host that is nobody’s of ours',
    { session: { ...idle, port: 7000 }, operations: [ended('job')] },
    UNKNOWN,
  ],
  [
    'a connection of the other process',
    { session: { ...idle, port: 6000 }, operations: [ended('job')] },
    `storefront ${UNKNOWN}`,
  ],
  [
    'ports cannot be told: times must fit closely',
    { session: idle, operations: [ended('job')], ports: null },
    'billing job time',
  ],
  [
    'ports cannot be told, and 200 ms apart',
    { session: idle, operations: [ended('job', 800, 1_210)], ports: null },
    UNKNOWN,
  ],
  [
    'through a proxy, with the same text',
    { session: { ...active, address: '10.0.0.9' }, operations: [running('job', 700)], ports: [] },
    'billing job statement',
  ],
  [
    'a server whose clock is ahead',
    { session: { ...idle, startMs: 61_000, endMs: 61_010 }, operations: [ended('job')], aheadMs: 60_000 },
    'billing job time',
  ],
  [
    'a comment in the statement, whatever the times',
    {
      session: { ...idle, text: `UPDATE x /*traceparent='00-${TRACE}-b7ad6b7169203331-01'*/`, startMs: 0, endMs: 0 },
      operations: [{ ...ended('job'), traceId: TRACE }, ended('other')],
    },
    'billing job trace',
  ],
  [
    'a name that the client gave itself',
    { session: { ...idle, application: 'psql', address: '', port: 0 }, operations: [] },
    `psql ${UNKNOWN}`,
  ],
  [
    'a worker of the server',
    { session: { ...idle, worker: 'autovacuum worker' }, operations: [ended('job')] },
    '(autovacuum worker) server',
  ],
])('%s', (_, one, expected) => {
  expect(origin(one)).toBe(expected);
});

test('the name of a service tells its processes from others with the same times', () => {
  const one = {
    session: { ...idle, application: 'storefront' },
    operations: [ended('job')],
    others: [ended('cart')],
    ports: null,
  };
  expect(origin(one)).toBe('billing cart time');
});

test('who was known at the look before is known while he is at the same statement', () => {
  const around = { target: TARGET, ports: undefined, aheadMs: 0 };
  const first = { atMs: 2_000, sessions: [idle], waits: [] };
  const processes = [{ pid: 7, service: 'billing', operations: [ended('job')] }];
  const origins = originsOf(first, { ...around, processes });
  const later = { ...first, atMs: 3_000 };
  const silent = { ...around, processes: [] };
  expect(originsOf(later, silent, { look: first, origins }).get('1')).toMatchObject({ origin: 'job', basis: 'time' });
  const next = { ...first, sessions: [{ ...idle, startMs: 2_500, endMs: 2_510 }] };
  expect(originsOf(next, silent, { look: first, origins }).get('1')!.origin).toBe(UNKNOWN);
});
