/**
 * What attribution adds to one ended database span, against what exporting that span adds: the same spans through a provider with (a) a
 * processor that does nothing, (b) `BatchSpanProcessor` and OTLP protobuf to a loopback sink in another process, (c) our processor.
 * extra = c − a, peer = b − a, per CLIENT span. CPU time of this process, all its threads, not wall time: the exporter's share of
 * work in later turns counts, waiting for a busy machine does not.
 */
import { type Context, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createAttribution } from '../src/index.ts';
import { openSink } from './otlp-sink.ts';
import { type BenchOptions, type BenchRow, median } from './row.ts';

/** Database spans below one SERVER root. */
const CHILDREN = 10;

const nothing: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

interface Variant {
  readonly tracer: Tracer;
  readonly processor: SpanProcessor;
  /** Nanoseconds of CPU per database span, one entry per round. */
  readonly costs: number[];
}

function variant(processor: SpanProcessor): Variant {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bench' }),
    spanProcessors: [processor],
  });
  return { tracer: provider.getTracer('bench'), processor, costs: [] };
}

/** One request: a SERVER root that gets its route late, and its queries, with what `instrumentation-pg` and `-http` put on them. */
function request(tracer: Tracer, n: number): void {
  const root = tracer.startSpan(
    'GET',
    { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'url.path': `/product/${n}` } },
    ROOT_CONTEXT,
  );
  const context: Context = trace.setSpan(ROOT_CONTEXT, root);
  for (let i = 0; i < CHILDREN; i++) {
    const child = tracer.startSpan(
      'pg.query:SELECT shop',
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'db.system.name': 'postgresql',
          'db.namespace': 'shop',
          'server.address': 'shop-db',
          'server.port': 5432,
          'db.query.text': 'SELECT name, price, stock FROM products WHERE id = $1',
          'db.operation.name': 'SELECT',
        },
      },
      context,
    );
    child.end();
  }
  root.setAttribute('http.route', ROUTES[n % ROUTES.length]!);
  root.end();
}

const ROUTES = Array.from({ length: 20 }, (_, i) => `/route-${i}/:id`);

/** `breathe` is called often enough that no exporter's queue overflows and drops spans, which would flatter it. */
async function round(v: Variant, spans: number, breathe: () => Promise<void>): Promise<void> {
  const requests = Math.round(spans / CHILDREN);
  const before = process.cpuUsage();
  for (let n = 0; n < requests; n++) {
    request(v.tracer, n);
    if (n % 100 === 99) await breathe();
  }
  await v.processor.forceFlush();
  const used = process.cpuUsage(before);
  v.costs.push(((used.user + used.system) * 1000) / (requests * CHILDREN));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes about 10 s, 2 s when brief. */
export async function rows({ brief }: BenchOptions): Promise<BenchRow[]> {
  const sink = await openSink();
  const attribution = createAttribution({ exporters: ['memory'], live: false, exitTable: false });
  const a = variant(nothing);
  const b = variant(new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: sink.url }) }));
  const c = variant(attribution.processor);
  const spans = brief ? 10_000 : 50_000;
  try {
    for (let i = 0; i < (brief ? 4 : 12); i++) {
      await round(a, spans, turn);
      await round(b, spans, () => b.processor.forceFlush());
      await round(c, spans, turn);
    }
  } finally {
    await Promise.all([a, b, c].map((v) => v.processor.shutdown()));
    await attribution.shutdown();
    sink.close();
  }
  // The first rounds warm up.
  const settled = (v: Variant): readonly number[] => v.costs.slice(brief ? 1 : 3);
  const extra = (v: Variant): number => median(settled(v).map((cost, i) => cost - settled(a)[i]!));
  const ours = extra(c);
  const peer = extra(b);
  return [
    {
      name: 'extra CPU per ended database span',
      unit: 'ns',
      ours: Math.round(ours),
      peer: Math.round(peer),
      peerName: 'BatchSpanProcessor + OTLP protobuf export',
      ratio: Math.round((ours / peer) * 1000) / 1000,
      goal: 'ratio ≤ 1/8',
      met: ours / peer <= 1 / 8,
      note: `a span with a processor that does nothing: ${Math.round(median(settled(a)))} ns; 1 SERVER root per ${CHILDREN} spans, its share included on both sides`,
    },
  ];
}

if (import.meta.main) console.table(await rows({ brief: process.argv.includes('--brief') }));
