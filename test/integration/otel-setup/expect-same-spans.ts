import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { otlpServer, type ReceivedSpan } from './otlp-server.ts';

const run = promisify(execFile);

interface Result {
  readonly spans: readonly unknown[];
  readonly header: unknown;
  readonly seen: readonly string[];
  readonly ending: readonly string[];
  readonly ours: number;
}

/** Starts `script` once without and once with attribution; its spans go to a server of ours. */
async function runOnce(script: string, cwd: string, withUs: boolean, mode: string, env: object): Promise<Result> {
  const server = await otlpServer();
  try {
    const { stdout } = await run(process.execPath, [script, withUs ? 'with' : 'without', mode], {
      cwd,
      env: {
        PATH: process.env.PATH,
        OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-team=payments',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        ...env,
      } as NodeJS.ProcessEnv,
    });
    const spans = server.spans.map(comparable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return { spans, header: server.headers[0]?.['x-team'], ...JSON.parse(stdout) };
  } finally {
    await server.close();
  }
}

/** Times differ from run to run, and `attribution.counted` is ours. */
function comparable(span: ReceivedSpan): unknown {
  const { traceId, spanId, parentSpanId, name, flags } = span;
  const attributes = span.attributes.filter(({ key }) => key !== 'attribution.counted');
  return { traceId, spanId, parentSpanId, name, flags, attributes };
}

const cases: { name: string; mode: string; env: Record<string, string>; sent: (n: number) => boolean }[] = [
  { name: 'all', mode: 'environment', env: {}, sent: (n) => n === 600 },
  {
    name: 'ratio 0.01',
    mode: 'environment',
    env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
    sent: (n) => n > 0 && n < 40,
  },
  {
    name: 'parent based, ratio 0.01',
    mode: 'environment',
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
    sent: (n) => n >= 200 && n < 240,
  },
  { name: 'always off', mode: 'environment', env: { OTEL_TRACES_SAMPLER: 'always_off' }, sent: (n) => n === 0 },
  { name: 'always on', mode: 'environment', env: { OTEL_TRACES_SAMPLER: 'always_on' }, sent: (n) => n === 800 },
  {
    name: 'own processors, ratio 0.01',
    mode: 'processors',
    env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
    sent: (n) => n > 0 && n < 40,
  },
  { name: 'own sampler that records', mode: 'recording', env: {}, sent: (n) => n > 200 && n < 300 },
];

export function expectSameSpans(script: string, cwd: string): void {
  for (const { name, mode, env, sent } of cases) {
    it(name, async () => {
      const [without, withUs] = await Promise.all([
        runOnce(script, cwd, false, mode, env),
        runOnce(script, cwd, true, mode, env),
      ]);
      expect(sent(without.spans.length), `${without.spans.length} spans sent`).toBe(true);
      expect(withUs.spans).toEqual(without.spans);
      expect(withUs.header).toEqual(without.header);
      // The caller's processor saw the same spans in the same order, ours saw all of them.
      expect(withUs.seen).toEqual(without.seen);
      expect(withUs.ending).toEqual(without.ending);
      if (mode !== 'environment') expect(without.seen.length).toBeGreaterThan(0);
      expect(withUs.ours).toBe(800);
    });
  }
}
