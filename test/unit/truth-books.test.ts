/** How the truth run reads rows: a row it does not understand must show up, not vanish. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/core/row.ts';
import { countsOf, type TargetPattern, UNCLAIMED } from '../truth/books.ts';
import { compare } from '../truth/compare.ts';
import { judge } from '../truth/judge.ts';
import { reportOf } from '../truth/report.ts';
import { patternsOf } from '../truth/targets.ts';

const row = (o: Partial<Row>): Row => ({
  partId: 'p-0',
  row: 0,
  sealedAt: 0,
  windowStart: 0,
  windowSeconds: 60,
  service: 'shop',
  originService: 'shop',
  origin: 'GET /a',
  target: 'postgresql://127.0.0.1:5001/app',
  event: 'db.client.operation.duration',
  unit: 's',
  value: 0.5,
  count: 3,
  samples: 3,
  min: 0.1,
  max: 0.2,
  exemplarTraceId: '',
  attributes: '',
  ...o,
});
const patterns: TargetPattern[] = patternsOf({ pg: 5001, amqplib: 5002 });

describe('countsOf', () => {
  it('counts samples under the name of the target', () => {
    expect(countsOf([row({})], patterns)).toEqual([
      { target: 'pg', cause: { service: 'shop', originService: 'shop', origin: 'GET /a' }, operations: 3 },
    ]);
  });

  it.each([
    ['another port that begins alike', { target: 'postgresql://127.0.0.1:50011/app' }],
    ['another event on the same server', { event: 'http.client.request.duration' }],
    ['no address', { target: 'postgresql://(unknown)/shop' }],
  ])('does not hide an operation on a target nobody expects: %s', (_what, over) => {
    const counts = countsOf([row(over)], patterns);
    expect(counts).toMatchObject([{ target: UNCLAIMED, operations: 3 }]);
    const cells = judge(
      { service: 'shop', entry: '', start: 'register', resources: ['pg'] },
      new Map(),
      [{ target: 'pg', cause: { service: 'shop', originService: 'shop', origin: 'GET /a' }, operations: 3 }],
      counts,
    );
    expect(reportOf(cells)).toMatchObject({ operations: 3, attributed: 0, lost: 3, doubled: 3 });
  });

  it('leaves out what describes the same operation again, and the accounts of the engine', () => {
    const rows = [
      row({ event: 'http.client.request.body.size', unit: 'By' }),
      row({ target: 'otel-attribution', event: 'attribution.span.seen', unit: '{span}' }),
    ];
    expect(countsOf(rows, patterns)).toEqual([]);
  });

  it('tells rows of the same origin apart by their attributes', () => {
    expect(countsOf([row({ attributes: '{"tenant":"a"}' })], patterns)[0]!.cause.origin).toBe('GET /a {"tenant":"a"}');
  });

  it('takes values where the unit is counted, not measurements', () => {
    const sent = row({
      target: 'rabbitmq://127.0.0.1:5002/e',
      event: 'messaging.client.sent.messages',
      value: 7,
      samples: 2,
    });
    expect(countsOf([sent], patterns)).toMatchObject([{ target: 'amqplib messages', operations: 7 }]);
  });

  it('a row without an expectation makes its cell wrong', () => {
    expect(compare([], countsOf([row({})], patterns))).toMatchObject({ doubled: 3 });
  });
});
