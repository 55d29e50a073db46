/**
 * Starts `NodeSDK` with one sampler, does all that an application may do with spans, and prints what its sampler was asked, what its
 * processor saw, what was exported, and what the application itself could see. With seeded identifiers and given times, so that a run
 * with attribution has to print the same as one without.
 */

// biome-ignore lint/suspicious/noExplicitAny: two SDK lines and two copies of the API meet here.
type Any = any;

export interface Install {
  readonly NodeSDK: Any;
  readonly api: Any;
  readonly load: (name: string) => Any;
  readonly withAttribution: (config: Any, options: Any) => Any;
  /** How many spans of this process were light. */
  readonly lightSpans: () => number;
}

const EPOCH = 1_700_000_000_000;
const ATTRIBUTES_MAX = 20;

function seeded(seed: number): () => string {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(16).padStart(8, '0');
  };
}

function samplers(load: Install['load']): Readonly<Record<string, () => Any>> {
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } =
    load('@opentelemetry/sdk-trace');
  let n = 0;
  return {
    on: () => new AlwaysOnSampler(),
    off: () => new AlwaysOffSampler(),
    ratio: () => new TraceIdRatioBasedSampler(0.3),
    'parent, ratio': () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.3) }),
    'parent, off': () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    'parent, on below what was left out': () =>
      new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.3), localParentNotSampled: new AlwaysOnSampler() }),
    'own, with attributes': () => ({
      shouldSample: () => ({ decision: n++ % 3, attributes: { 'sampling.n': n } }),
      toString: () => 'Own',
    }),
    'own, by name': () => ({
      shouldSample: (_c: Any, _t: string, name: string) => ({ decision: name.includes('keep') ? 2 : 0 }),
      toString: () => 'ByName',
    }),
  };
}

export async function alike(install: Install, withUs: boolean, which: string, ids: string): Promise<void> {
  const { api, load } = install;
  const { InMemorySpanExporter, SimpleSpanProcessor } = load('@opentelemetry/sdk-trace');
  const exporter = new InMemorySpanExporter();
  const log: unknown[] = [];
  const drawn: string[] = [];
  const next = seeded(42);
  const idGenerator = {
    generateSpanId() {
      drawn.push('span');
      return next() + next();
    },
    generateTraceId() {
      drawn.push('trace');
      return next() + next() + next() + next();
    },
  };
  const delegate = samplers(load)[which]!();
  const sampler = {
    shouldSample(context: Any, traceId: string, name: string, kind: number, attributes: Any, links: Any[]) {
      const above = api.trace.getSpan(context)?.spanContext();
      const parent = above && [above.traceId.length, above.traceFlags, above.isRemote ?? false];
      const asked = { name, kind, parent, attributes: { ...attributes }, links: links.length };
      log.push(ids === 'seeded' ? { asked, traceId } : { asked });
      return delegate.shouldSample(context, traceId, name, kind, attributes, links);
    },
    toString: () => String(delegate),
  };
  const seen = {
    onStart: (span: Any) => log.push(`start ${span.name}`),
    onEnding: (span: Any) => log.push(`ending ${span.name}`),
    onEnd: (span: Any) => log.push(`end ${span.name}`),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const simple = new SimpleSpanProcessor(forBothLines(exporter));
  const config = {
    ...(ids === 'seeded' && { idGenerator }),
    // The SDK's own is recognised, and then not asked about what follows from what it said.
    sampler: which === 'parent, ratio' ? delegate : sampler,
    spanProcessors: [seen, simple],
    spanLimits: { attributeCountLimit: ATTRIBUTES_MAX },
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  };
  const options = { exitTable: false, live: false, exporters: ['memory'] };
  const sdk = new install.NodeSDK(withUs ? install.withAttribution(config, options) : config);
  sdk.start();
  const told = await application(api, load, ids === 'seeded');
  // It waits for what the SDK still finds out about its resource.
  await simple.forceFlush();
  const exported = exporter.getFinishedSpans().map((span: Any) => shown(span, ids === 'seeded'));
  const result = { log, drawn, told, exported };
  process.stdout.write(JSON.stringify({ result, light: install.lightSpans() }), () => process.exit(0));
}

/** A processor of 3.1 takes options, one of 2.12 the exporter itself. */
function forBothLines(exporter: Any): Any {
  const idle = async () => {};
  return { exporter, export: exporter.export.bind(exporter), shutdown: idle, forceFlush: idle };
}

function shown(span: Any, withIds: boolean): unknown {
  const { 'attribution.counted': _, ...others } = span.attributes;
  // Ours takes a place where their number is limited.
  const attributes = Object.fromEntries(Object.entries(others).slice(0, ATTRIBUTES_MAX - 1));
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  return {
    name: span.name,
    kind: span.kind,
    attributes,
    events: span.events.map(({ name }: Any) => name),
    links: span.links.map(({ context, attributes }: Any) => (withIds ? { ...context, attributes } : attributes)),
    status: span.status,
    parent: withIds ? span.parentSpanContext?.spanId : span.parentSpanContext !== undefined,
    context: withIds ? { traceId, spanId, traceFlags } : { traceFlags },
    traceState: traceState?.serialize(),
    startTime: span.name.includes('timed') ? span.startTime : undefined,
    endTime: span.name.includes('timed') ? span.endTime : undefined,
  };
}

/** What an application does with spans, ordinary and odd. @returns what it can see of that */
async function application(api: Any, load: Install['load'], withIds: boolean): Promise<unknown[]> {
  const { suppressTracing, TraceState } = load('@opentelemetry/core');
  const { context, trace, propagation, ROOT_CONTEXT } = api;
  const told: unknown[] = [];
  const tell = (what: string, span: Any): void => {
    const { traceId, spanId, traceFlags, traceState } = span.spanContext();
    const ids = withIds ? { traceId, spanId } : { traceId: traceId.length, spanId: spanId.length };
    told.push({
      what,
      ...ids,
      traceFlags,
      traceState: traceState?.serialize(),
      active: trace.getActiveSpan() === span,
    });
  };
  // Held before there is a provider for it, as instrumentations do; and one that is got later.
  const tracer = trace.getTracer('application', '1.2.3');
  const remote = (sampled: boolean, state?: string) =>
    trace.setSpanContext(ROOT_CONTEXT, {
      traceId: sampled ? '0af7651916cd43dd8448eb211c80319c' : '1af7651916cd43dd8448eb211c80319d',
      spanId: 'b7ad6b7169203331',
      traceFlags: sampled ? 1 : 0,
      isRemote: true,
      ...(state !== undefined && { traceState: new TraceState(state) }),
    });
  const parents: [string, Any][] = [
    ['nobody', ROOT_CONTEXT],
    ['a remote span', remote(true)],
    ['a remote span that was left out', remote(false)],
    ['a remote span with state', remote(false, 'vendor=1,other=2')],
    ['an invalid span', trace.setSpanContext(ROOT_CONTEXT, { traceId: '0', spanId: '0', traceFlags: 1 })],
  ];
  for (let i = 0; i < 6; i++) {
    for (const [name, parent] of parents) {
      const options = { kind: i % 5, attributes: { i, list: [1, 2], text: 'x', none: undefined, bad: () => 1 } };
      const root = tracer.startSpan(`root of ${name} ${i % 2 === 0 ? 'keep' : ''}`, options, parent);
      tell('root', root);
      const inside = trace.setSpan(parent, root);
      context.with(inside, () => {
        tell('root inside', root);
        tracer.startActiveSpan('active', { kind: 2 }, (span: Any) => {
          tell('active', span);
          const headers: Record<string, string> = {};
          propagation.inject(context.active(), headers);
          told.push(withIds ? headers : Object.keys(headers));
          span
            .setAttribute('late', true)
            .setAttributes({ more: 1, and: ['a'] })
            .updateName('renamed');
          span.addEvent('event', { a: 1 }).setStatus({ code: 2, message: 'bad' }).recordException(new Error('no'));
          span.addLink({
            context: { traceId: '2af7651916cd43dd8448eb211c80319d', spanId: 'a7ad6b7169203331', traceFlags: 1 },
          });
          const keep = tracer.startSpan('deep keep', {
            links: [{ context: root.spanContext(), attributes: { l: 1 } }],
          });
          tell('deep', keep);
          keep.end();
          span.end();
          span.setAttribute('too late', 1);
          span.end();
          told.push(span.isRecording());
        });
        const apart = tracer.startSpan('apart', { root: true });
        tell('apart', apart);
        apart.end();
        context.with(suppressTracing(context.active()), () => {
          const none = tracer.startSpan('suppressed');
          told.push(none.isRecording(), none.spanContext());
          none.end();
        });
        const many = tracer.startSpan('many', {
          attributes: Object.fromEntries([...Array(15).keys()].map((k) => [`k${k}`, k])),
        });
        for (let k = 0; k < 10_000; k++) many.setAttribute(`late${k}`, k);
        many.end();
        const timed = tracer.startSpan('timed', { startTime: EPOCH });
        timed.end(EPOCH + 1234.5);
        tracer.startSpan('timed date', { startTime: new Date(EPOCH) }).end([EPOCH / 1000 + 1, 500]);
        tracer.startSpan('timed backwards', { startTime: EPOCH }).end(EPOCH - 5);
        trace.getTracer('later').startSpan('of a tracer that came later').end();
      });
      root.setAttributes({ 'http.route': '/late' });
      root.end();
      await Promise.resolve();
    }
  }
  return told;
}
