/** Starts `NodeSDK`, makes the same spans every time, exports them, and prints what a processor of the caller saw. */

// biome-ignore lint/suspicious/noExplicitAny: two SDK lines and two copies of the API meet here.
type Any = any;

export interface Install {
  readonly NodeSDK: Any;
  readonly api: Any;
  readonly load: (name: string) => Any;
  readonly plugIn: (config: Any, hooks: Any) => Any;
  readonly AttributionSampler: new (delegate: Any) => Any;
}

/** Identifiers of a seeded generator, so that runs with and without attribution have the same traces. */
export function seededIds(seed = 42) {
  let state = seed;
  const hex = (length: number): string => {
    let text = '';
    while (text.length < length) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      text += state.toString(16).padStart(8, '0');
    }
    return text.slice(0, length);
  };
  return { generateTraceId: () => hex(32), generateSpanId: () => hex(16) };
}

/** Samples one span in three, records one in three without sampling it, ignores the rest. */
const recordingSampler = {
  n: 0,
  shouldSample() {
    return { decision: this.n++ % 3 };
  },
  toString: () => 'Recording',
};

export async function exportSpans(install: Install, withUs: boolean, mode: string): Promise<void> {
  const { api, load } = install;
  const seen: string[] = [];
  const ending: string[] = [];
  const own = {
    onStart: (span: Any) => seen.push(`start ${span.name}`),
    onEnding: (span: Any) => ending.push(span.name),
    onEnd: (span: Any) => seen.push(`end ${span.name}`),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  let ours = 0;
  const processor = { onStart() {}, onEnd: () => ours++, forceFlush: async () => {}, shutdown: async () => {} };
  const create = () => ({
    processor,
    sampler: (delegate: Any) => new install.AttributionSampler(delegate),
    propagator: (delegate: Any) => delegate,
  });
  const idGenerator = seededIds();
  const exporter = () => new (load('@opentelemetry/exporter-trace-otlp-http').OTLPTraceExporter)();
  const batch = () => new (load('@opentelemetry/sdk-trace').BatchSpanProcessor)({ exporter: exporter() });
  const configurations: Record<string, () => Any> = {
    environment: () => ({ idGenerator }),
    processors: () => ({ idGenerator, spanProcessors: [own, batch()] }),
    recording: () => ({ idGenerator, spanProcessors: [own, batch()], sampler: recordingSampler }),
  };
  const config = configurations[mode]!();
  const sdk = new install.NodeSDK(withUs ? install.plugIn(config, { create }) : config);
  sdk.start();
  makeSpans(api);
  await sdk.shutdown();
  process.stdout.write(JSON.stringify({ seen, ending, ours }));
}

function makeSpans(api: Any): void {
  const tracer = api.trace.getTracer('test');
  const callers = seededIds(7);
  const remote = (sampled: boolean) =>
    api.trace.setSpanContext(api.ROOT_CONTEXT, {
      traceId: callers.generateTraceId(),
      spanId: 'b7ad6b7169203331',
      traceFlags: sampled ? 1 : 0,
      isRemote: true,
    });
  for (let i = 0; i < 400; i++) {
    const parents = [api.ROOT_CONTEXT, api.ROOT_CONTEXT, remote(true), remote(false)];
    const context = parents[i % 4];
    const root = tracer.startSpan(`root ${i}`, { kind: 1, attributes: { i } }, context);
    const child = tracer.startSpan(`child ${i}`, { kind: 2 }, api.trace.setSpan(context, root));
    child.setAttribute('late', true);
    child.end();
    root.end();
  }
}
