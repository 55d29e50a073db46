/** Finding what a span counts for, and reading its value, against building the key of the same combination as a string. */
import { Accounts } from '../src/core/accounts.ts';
import { Dictionary } from '../src/core/aggregate/dictionary.ts';
import { compileMapping } from '../src/core/mapping/compile.ts';
import { PlainSpan } from '../src/core/mapping/plain-facts.ts';
import { alternate, type BenchOptions, type BenchRow, sink } from './row.ts';

const SPANS = 512;

/** Attribute by attribute, as the SDK does, so that V8 keeps the objects as it keeps those of real spans. */
function attributesOf(entries: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entries)) attributes[name] = value;
  return attributes;
}

function pg(i: number): PlainSpan {
  return new PlainSpan({
    name: 'pg.query:SELECT shop',
    kind: 2,
    service: 'storefront',
    scopeName: '@opentelemetry/instrumentation-pg',
    attributes: attributesOf({
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'server.address': 'db.internal',
      'server.port': 5432,
      'db.query.text': `SELECT * FROM carts WHERE id = ${i}`,
    }),
  });
}

function undici(i: number): PlainSpan {
  return new PlainSpan({
    name: 'GET',
    kind: 2,
    service: 'storefront',
    scopeName: '@opentelemetry/instrumentation-undici',
    attributes: attributesOf({
      'http.request.method': 'GET',
      'http.request.method_original': 'GET',
      'url.full': `https://api.example.com/v1/charges/${i}`,
      'url.path': `/v1/charges/${i}`,
      'url.query': '',
      'url.scheme': 'https',
      'server.address': 'api.example.com',
      'server.port': 443,
      'network.peer.address': '203.0.113.7',
      'network.peer.port': 443,
      'http.response.status_code': 200,
    }),
  });
}

/** The other kinds of span a process has: what is measured must not have the look-up to itself. */
function others(i: number): PlainSpan[] {
  const base = { service: 'storefront', scopeName: '' };
  const span = (name: string, kind: number, attributes: Readonly<Record<string, unknown>>) =>
    new PlainSpan({ ...base, name, kind, attributes: attributesOf(attributes) });
  return [
    span('middleware', 0, { 'express.name': 'json', 'express.type': 'middleware' }),
    span('GET', 1, { 'http.request.method': 'GET', 'url.path': `/${i}` }),
    span('get', 2, { 'db.system.name': 'redis', 'server.address': 'cache' }),
  ];
}

function nsPer(iterations: number, work: (i: number) => number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < iterations; i++) sink.value += work(i);
  return Number(process.hrtime.bigint() - start) / iterations;
}

export async function rows({ brief }: BenchOptions): Promise<BenchRow[]> {
  const mapping = compileMapping({ dictionary: new Dictionary(), accounts: new Accounts() });
  for (let i = 0; i < 20_000; i++) for (const span of others(i % 50)) mapping.match(span);

  const iterations = brief ? 20_000 : 400_000;
  const result: BenchRow[] = [];
  for (const [name, make] of [
    ['pg', pg],
    ['undici', undici],
  ] as const) {
    const spans = Array.from({ length: SPANS }, (_, i) => make(i));
    const ours = (i: number): number => {
      const span = spans[i % SPANS]!;
      const mapped = mapping.match(span)!;
      let total = 0;
      for (let m = 0; m < mapped.measures.length; m++) {
        const value = mapped.read(m, span, 0.01);
        if (!Number.isNaN(value)) total += value;
      }
      return total;
    };
    const known = new Map<string, number>();
    const peer = (i: number): number => {
      const { attributes: a, kind, service } = spans[i % SPANS]!;
      const system = a['db.system.name'] ?? a['db.system'] ?? a['url.scheme'];
      const host = a['server.address'] ?? a['net.peer.name'];
      const port = a['server.port'] ?? a['net.peer.port'];
      const namespace = a['db.namespace'] ?? a['db.name'] ?? '';
      const key = `${kind}\0${service}\0${system}\0${host}\0${port}\0${namespace}`;
      const value = known.get(key);
      if (value === undefined) known.set(key, 0.01);
      return 0.01;
    };
    const [time = 0, peerTime = 0] = alternate(
      [() => nsPer(iterations, ours), () => nsPer(iterations, peer)],
      brief ? 3 : 21,
    );
    const goal = name === 'pg' ? 'at most 150 ns' : '';
    result.push({
      name: `mapping: match and read a known ${name} span`,
      unit: 'ns',
      ours: time,
      peer: peerTime,
      peerName: 'six attributes joined into a key, one Map look-up, no rules',
      ratio: peerTime / time,
      goal,
      met: goal === '' || time <= 150,
      note: 'a span like one of the last few of its instrumentation: names and the values that rules read are compared in one pass',
    });
  }
  return result;
}
