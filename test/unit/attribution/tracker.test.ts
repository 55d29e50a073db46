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
let now: number;

beforeEach(() => {
  now = T0;
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
    detachedAfterMs: 15_000,
    service: '',
    now: () => now,
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

describe('a mapper beside its driver', () => {
  const MONGO = { 'db.system.name': 'mongodb', 'server.address': 'docs', 'db.namespace': 'shop' };
  const mapper = { kind: CLIENT, attributes: MONGO, scopeName: '@opentelemetry/instrumentation-mongoose' };
  const driver = { kind: CLIENT, attributes: MONGO, scopeName: '@opentelemetry/instrumentation-mongodb' };
  const below = { parentSpanId: 'f'.repeat(16) };
  const counted = () =>
    rows()
      .filter((row) => row.includes('mongodb://docs/shop'))
      .map((row) => Number(row.split(' ').at(-1)?.split('/')[1]))
      .reduce((sum, n) => sum + n, 0);
  const request = () => start({ kind: INTERNAL, name: 'job' });

  it('counts what the driver did: one command, two of a populated document, none of an invalid one', () => {
    const root = request();
    for (const commands of [1, 2, 0]) {
      const find = start({ ...mapper, ...below }, root);
      for (let i = 0; i < commands; i++) end(start({ ...driver, ...below }, root), T0 + 5);
      end(find, T0 + 10);
    }
    end(root, T0 + 20);
    expect(counted()).toBe(3);
  });

  it('counts the commands of finds at the same time, each under its request', () => {
    const roots = [request(), request(), request()];
    const finds = roots.map((root) => start({ ...mapper, ...below }, root));
    const commands = roots.map((root) => start({ ...driver, ...below }, root));
    for (const span of [...commands.reverse(), ...finds]) end(span, T0 + 10);
    for (const root of roots) end(root, T0 + 20);
    expect(counted()).toBe(3);
  });

  it('counts nothing of a save that fails before the first command of the process', () => {
    const root = request();
    end(start({ ...mapper, ...below }, root), T0 + 1);
    const other = request();
    const find = start({ ...mapper, ...below }, other);
    end(start({ ...driver, ...below }, other), T0 + 5);
    end(find, T0 + 10);
    for (const one of [root, other]) end(one, T0 + 20);
    expect(counted()).toBe(1);
  });

  it('counts the mapper where the driver makes no span', () => {
    const root = request();
    for (let i = 0; i < 3; i++) end(start({ ...mapper, ...below }, root), T0 + 10);
    end(root, T0 + 20);
    expect(counted()).toBe(3);
  });

  it('counts the mapper where another copy of the driver does, at another time', () => {
    const root = request();
    end(start({ ...driver, ...below }, root), T0 + 5);
    end(start({ ...mapper, ...below, startMs: T0 + 6 }, root), T0 + 10);
    end(root, T0 + 20);
    expect(counted()).toBe(2);
  });

  it('counts the mapper without a parent, since the driver wants one, until it is seen without', () => {
    const root = request();
    const find = start({ ...mapper, ...below }, root);
    end(start({ ...driver, ...below }, root), T0 + 5);
    end(find, T0 + 10);
    end(root, T0 + 20);
    end(start(mapper), T0 + 10);
    expect(counted()).toBe(2);
    const alone = start(mapper);
    end(start(driver), T0 + 5);
    end(alone, T0 + 10);
    expect(counted()).toBe(1);
  });

  it('counts the driver below a parent in another process', () => {
    const find = start({ ...mapper, ...below });
    end(start({ ...driver, ...below }), T0 + 5);
    end(find, T0 + 10);
    expect(counted()).toBe(1);
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

describe('a request that ends without a route', () => {
  const GET = { 'http.request.method': 'GET' };
  const query = (parent: FlatSpan, at = T0) =>
    end(start({ kind: CLIENT, startMs: at, attributes: PG }, parent), at + 500);
  const at = (target: string) => rows().filter((row) => row.includes(target));

  it('takes that of a handler which is still open, at once', () => {
    const root = start({ kind: SERVER, attributes: GET });
    start({ kind: INTERNAL, attributes: { 'http.route': '/v1/:id', 'express.type': 'request_handler' } }, root);
    query(root);
    end(root, T0 + 1_000);
    expect(at('postgresql')).toEqual(['0 GET /v1/:id postgresql://db/shop s 0.5 1/1']);
  });

  it('waits for a span below that tells one a moment later', () => {
    const root = start({ kind: SERVER, attributes: GET });
    const own = start({ kind: SERVER, name: 'GET', attributes: { 'http.method': 'GET' } }, root);
    query(own);
    end(root, T0 + 1_000);
    query(own, T0 + 1_000);
    expect(rows()).toEqual([]);
    own.setAttribute('http.route', '/api/items/[id]');
    end(own, T0 + 2_000);
    query(own, T0 + 3_000);
    expect(rows()).toEqual([
      '0 GET /api/items/[id] postgresql://db/shop s 1.5 3/3',
      '0 GET /api/items/[id] service://shop s 1 1/1',
    ]);
    expect(tracker.scopes.size).toBe(0);
  });

  it('has none once nothing is open that could tell one', () => {
    const root = start({ kind: SERVER, attributes: GET });
    const work = start({ kind: INTERNAL, name: 'work' }, root);
    query(work);
    end(root, T0 + 1_000);
    expect(rows()).toEqual([]);
    end(work, T0 + 2_000);
    expect(at('postgresql')).toEqual(['0 GET (no route) postgresql://db/shop s 0.5 1/1']);
    expect(tracker.scopes.size).toBe(0);
  });

  it('waits for no call to another server, and takes no route from one', () => {
    const root = start({ kind: SERVER, attributes: GET });
    const call = start({ kind: CLIENT, attributes: { ...GET, 'http.route': '/theirs', 'server.address': 'b' } }, root);
    query(root);
    end(root, T0 + 1_000);
    end(call, T0 + 2_000);
    expect(at('postgresql')).toEqual(['0 GET (no route) postgresql://db/shop s 0.5 1/1']);
  });

  it('waits five seconds, not for ever', () => {
    const root = start({ kind: SERVER, attributes: GET });
    const forever = start({ kind: INTERNAL, name: 'subscription' }, root);
    query(root);
    end(root, T0 + 1_000);
    now = T0 + 6_000;
    tracker.commitOverdue();
    expect(rows()).toEqual([]);
    now = T0 + 6_001;
    tracker.commitOverdue();
    expect(at('postgresql')).toEqual(['0 GET (no route) postgresql://db/shop s 0.5 1/1']);
    query(forever, T0 + 7_000);
    expect(at('postgresql')).toEqual(['0 GET (no route) postgresql://db/shop s 0.5 1/1']);
  });

  it('is counted, and so are the others, where what is open below it cannot be read', () => {
    const root = start({ kind: SERVER, attributes: GET });
    const hostile = start({ kind: INTERNAL, name: 'subscription' }, root);
    query(root);
    end(root, T0 + 1_000);
    hostile.setGetter('http.route', () => {
      throw new Error('hostile');
    });
    const job = start({ kind: INTERNAL, name: 'job' });
    query(job);
    now = T0 + 120_001;
    tracker.commitOverdue();
    expect(accounts.total('attribution.hook.failed', 'commit')).toBe(1);
    expect(at('postgresql')).toEqual([
      '0 GET (no route) postgresql://db/shop s 0.5 1/1',
      '0 job postgresql://db/shop s 0.5 1/1',
    ]);
  });

  it('is counted at the end of the process, with what is known then', () => {
    const root = start({ kind: SERVER, attributes: GET });
    start({ kind: SERVER, attributes: { 'http.method': 'GET' } }, root);
    query(root);
    end(root, T0 + 1_000);
    tracker.commitAll();
    expect(at('postgresql')).toEqual(['0 GET (no route) postgresql://db/shop s 0.5 1/1']);
  });

  it('is not named by a middleware or a mount path', () => {
    const mounted = [
      { 'express.type': 'middleware' },
      { 'router.type': 'middleware' },
      { 'router.type': 'request_handler' },
      { 'express.type': 'router' },
      { 'connect.type': 'request_handler' },
      { 'hapi.type': 'plugin' },
    ];
    const root = start({ kind: SERVER, attributes: GET });
    const open = mounted.map((type) => start({ kind: INTERNAL, attributes: { ...type, 'http.route': '/api' } }, root));
    query(root);
    end(root, T0 + 1_000);
    for (const span of open) end(span, T0 + 1_100);
    expect(at('postgresql')).toEqual(['0 GET (no route) postgresql://db/shop s 0.5 1/1']);
  });

  it('believes the framework itself before its instrumentation', () => {
    const root = start({ kind: SERVER, attributes: { ...GET, 'http.route': '/users' } });
    root.scope.route = '/v1/users';
    end(root, T0 + 1_000);
    expect(rows()).toEqual(['0 GET /v1/users service://shop s 1 1/1']);
  });
});

describe('what a finished request leaves behind', () => {
  const timer = (root: FlatSpan, startMs: number, more = {}) => {
    const span = start({ kind: CLIENT, startMs, attributes: { ...PG, ...more } }, root);
    end(span, startMs + 500);
    return span;
  };
  const finished = () => {
    const root = start({
      kind: SERVER,
      attributes: { 'http.request.method': 'GET', 'http.route': '/watch', 'tenant.id': 'acme' },
    });
    end(root, T0 + 1_000);
    rows();
    return root;
  };

  it('is its work for 15 seconds, and (detached) from then on', () => {
    const root = finished();
    timer(root, T0 + 1_000 + 15_000);
    timer(root, T0 + 1_000 + 15_001);
    expect(rows()).toEqual([
      '0 (detached) postgresql://db/shop s 0.5 1/1',
      '0 GET /watch{"tenant":"acme"} postgresql://db/shop s 0.5 1/1',
    ]);
  });

  it('is judged by its start: what began in time may take as long as it needs', () => {
    const root = finished();
    const report = start({ kind: CLIENT, startMs: T0 + 10_000, attributes: PG }, root);
    end(report, T0 + 50_000);
    expect(rows()).toEqual(['0 GET /watch{"tenant":"acme"} postgresql://db/shop s 40 1/1']);
  });

  it('has what is below it', () => {
    const root = finished();
    const tick = start({ kind: INTERNAL, startMs: T0 + 20_000, name: 'tick' }, root);
    timer(tick, T0 + 20_000);
    end(tick, T0 + 21_000);
    timer(tick, T0 + 22_000);
    expect(rows()).toEqual(['0 (detached) postgresql://db/shop s 1 2/2']);
  });

  it('keeps a name and attributes of its own', () => {
    const root = finished();
    const tick = start(
      { kind: INTERNAL, startMs: T0 + 20_000, attributes: { 'attribution.origin': 'job:poll' } },
      root,
    );
    timer(tick, T0 + 20_000);
    end(tick, T0 + 21_000);
    timer(root, T0 + 22_000, { 'tenant.id': 'globex' });
    expect(rows()).toEqual([
      '0 (detached){"tenant":"globex"} postgresql://db/shop s 0.5 1/1',
      '0 job:poll{"tenant":"acme"} postgresql://db/shop s 0.5 1/1',
    ]);
  });
});
