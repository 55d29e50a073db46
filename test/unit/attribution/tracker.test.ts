/** The attribution over spans that no SDK made, as a decoder or a light span hands them in. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';
import { Committer } from '../../../src/core/attribution/committer.ts';
import { OriginResolver } from '../../../src/core/attribution/origin-resolver.ts';
import { originKeys } from '../../../src/core/attribution/root-origin.ts';
import { SpanTracker } from '../../../src/core/attribution/tracker.ts';
import { compileMapping } from '../../../src/core/mapping/compile.ts';
import { CLIENT, CONSUMER, INTERNAL, SERVER } from '../../../src/core/span-kind.ts';
import { FlatSpan, type FlatSpanFields } from './flat-span.ts';

/** The start of a window. */
const T0 = 1_800_000_000_000;
const PG = { 'db.system.name': 'postgresql', 'server.address': 'db', 'db.namespace': 'shop' };
const MESSAGE = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };

let accounts: Accounts;
let table: SumTable;
let tracker: SpanTracker;
let published: ReadonlySet<string>;
let spans: FlatSpan[];

beforeEach(() => {
  accounts = new Accounts();
  const dictionary = new Dictionary();
  table = new SumTable({ dictionary, windowSeconds: 60 });
  const mapping = compileMapping({ dictionary, accounts });
  const resolver = new OriginResolver({
    originAttribute: 'attribution.origin',
    attributes: { tenant: 'tenant.id' },
    accounts,
  });
  tracker = new SpanTracker({
    mapping,
    accounts,
    resolver,
    committer: new Committer({ dictionary, table, accounts, rotate() {} }),
    windowSeconds: 60,
    originDeadlineMs: 120_000,
    service: '',
    now: () => T0,
    defer: (work) => work(),
  });
  published = new Set([...mapping.attributeKeys, ...originKeys, 'attribution.origin', 'tenant.id']);
  spans = [];
});

function start(fields: Omit<FlatSpanFields, 'startMs'> & { startMs?: number }, parent?: FlatSpan): FlatSpan {
  const span = new FlatSpan({ startMs: T0, ...fields });
  spans.push(span);
  if (parent === undefined) tracker.startRoot(span, 'shop', undefined);
  else tracker.startChild(span, parent);
  return span;
}

function end(span: FlatSpan, endMs: number): void {
  span.endMs = endMs;
  if (span.isRoot) tracker.endRoot(span, '');
  else tracker.endChild(span);
}

function rows(): string[] {
  return [...table.rotate().rows()]
    .map(
      ({ window, origin, measure, value, count, samples }) =>
        `${window - T0 / 60_000} ${origin.origin}${origin.attributes} ${measure.target} ${measure.unit} ${value} ${count}/${samples}`,
    )
    .sort();
}

describe('spans without an SDK', () => {
  it('are counted under the route that their root learns last', () => {
    const root = start({ kind: SERVER, attributes: { 'http.request.method': 'GET' } });
    for (const _ of [1, 2]) end(start({ kind: CLIENT, attributes: { ...PG, 'tenant.id': 'acme' } }, root), T0 + 500);
    expect(rows()).toEqual([]);
    root.setAttribute('http.route', '/cart/:id');
    end(root, T0 + 1_000);
    expect(rows()).toEqual([
      '0 GET /cart/:id service://shop s 1 1/1',
      '0 GET /cart/:id{"tenant":"acme"} postgresql://db/shop s 1 2/2',
    ]);
  });

  it('are spread over the windows they cover, and counted where they end', () => {
    const root = start({ kind: INTERNAL, name: 'job' });
    end(start({ kind: CLIENT, startMs: T0 + 45_000, attributes: PG }, root), T0 + 75_000);
    end(root, T0 + 80_000);
    expect(rows()).toEqual(['0 job postgresql://db/shop s 15 0/0', '1 job postgresql://db/shop s 15 1/1']);
  });

  it('win once: the call below a client span of the same address is part of it, in either order of ends', () => {
    const http = { 'http.request.method': 'POST', 'server.address': 's3.amazonaws.com' };
    const aws = { 'rpc.system': 'aws-api', 'rpc.service': 'S3', 'aws.s3.bucket': 'images' };
    for (const outerFirst of [true, false]) {
      const root = start({ kind: INTERNAL, name: 'job' });
      const outer = start({ kind: CLIENT, attributes: aws }, root);
      const inner = start({ kind: CLIENT, attributes: http }, outer);
      for (const span of outerFirst ? [outer, inner] : [inner, outer]) end(span, T0 + 1_000);
      end(root, T0 + 2_000);
      expect(rows()).toEqual(['0 job aws.s3://images s 1 1/1']);
    }
  });

  it('share a batch among those whom its links lead to', () => {
    const links = ['a', 'b'].map((id) => ({ traceId: id.repeat(32), spanId: id.repeat(16) }));
    tracker.remoteParents.remember(links[0]!, { originService: 'front', origin: 'GET /buy', attributes: '' });
    const root = start({ kind: CONSUMER, attributes: MESSAGE, links });
    end(root, T0 + 1_000);
    expect(rows()).toEqual([
      '0 GET /buy kafka://(unknown)/shop/orders {message} 0.5 0.5/1',
      '0 GET /buy service://shop s 0.5 0.5/1',
      '0 process orders kafka://(unknown)/shop/orders {message} 0.5 0.5/0',
      '0 process orders service://shop s 0.5 0.5/0',
    ]);
  });

  it('are read by published keys only, and not any more once they are released', () => {
    const root = start({ kind: SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/' } });
    const handler = start(
      { kind: INTERNAL, attributes: { 'http.route': '/', 'express.type': 'request_handler' } },
      root,
    );
    const query = start({ kind: CLIENT, attributes: PG }, handler);
    end(handler, T0 + 10);
    end(query, T0 + 20);
    end(root, T0 + 30);
    const late = start({ kind: CLIENT, startMs: T0 + 40, attributes: PG }, root);
    end(late, T0 + 50);
    tracker.commitAll();
    expect(rows()).toHaveLength(2);
    expect(spans.every(({ released }) => released)).toBe(true);
    for (const span of spans) expect([...span.read].filter((key) => !published.has(key))).toEqual([]);
    expect(accounts.total('attribution.hook.failed')).toBe(0);
  });
});

describe('attributes that run code', () => {
  it('may end another span: each row keeps its own attributes', () => {
    const root = start({ kind: INTERNAL, name: 'job' });
    const other = start({ kind: CLIENT, attributes: { ...PG, 'tenant.id': 'inner' } }, root);
    const outer = start({ kind: CLIENT, attributes: { 'gen_ai.operation.name': 'chat', 'tenant.id': 'outer' } }, root);
    outer.setGetter('gen_ai.usage.input_tokens', () => {
      if (!other.ended) end(other, T0 + 500);
      return 7;
    });
    end(outer, T0 + 1_000);
    end(root, T0 + 2_000);
    expect(rows()).toEqual([
      '0 job{"tenant":"inner"} postgresql://db/shop s 0.5 1/1',
      '0 job{"tenant":"outer"} genai://(unknown) s 1 1/1',
      '0 job{"tenant":"outer"} genai://(unknown) {token} 7 1/1',
    ]);
  });

  it('may throw: a root is let go, and what its scope holds is committed', () => {
    const root = start({ kind: SERVER, attributes: { 'http.request.method': 'GET' } });
    const late = start({ kind: CLIENT, attributes: PG }, root);
    end(start({ kind: CLIENT, attributes: PG }, root), T0 + 500);
    root.setGetter('http.route', () => {
      throw new Error('hostile');
    });
    expect(() => end(root, T0 + 1_000)).toThrow('hostile');
    expect(root.released).toBe(true);
    end(late, T0 + 2_000);
    tracker.commitAll();
    expect(rows().filter((row) => row.includes('postgresql'))).toEqual([
      '0 (unattributed) postgresql://db/shop s 2.5 2/2',
    ]);
  });

  it('do not keep other scopes from being committed', () => {
    const poisoned = start({ kind: CLIENT, attributes: PG }, start({ kind: INTERNAL, name: 'job' }));
    poisoned.setGetter('tenant.id', () => {
      throw new Error('hostile');
    });
    start({ kind: CLIENT, attributes: PG }, start({ kind: INTERNAL, name: 'other' }));
    tracker.commitAll();
    expect(accounts.total('attribution.hook.failed', 'commit')).toBe(1);
    expect(rows()).toEqual(['0 other postgresql://db/shop s 0 1/1']);
  });
});
