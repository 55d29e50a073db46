import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { describe, expect, it } from 'vitest';
import {
  instrumentationDefaults,
  isExported,
  isReceived,
  type Signal,
  withSignalDefaults,
} from '../../../src/otel/setup/signal-defaults.ts';

const signals: Signal[] = ['TRACES', 'METRICS', 'LOGS'];
const exported = (env: NodeJS.ProcessEnv) => signals.filter((signal) => isExported(signal, env));

describe('a signal leaves the process only if the environment says where', () => {
  it.each<[NodeJS.ProcessEnv, Signal[]]>([
    [{}, []],
    [{ OTEL_SERVICE_NAME: 'shop', OTEL_TRACES_SAMPLER: 'always_on' }, []],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, ['TRACES', 'METRICS', 'LOGS']],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, ['TRACES', 'METRICS', 'LOGS']],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, []],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, ['TRACES']],
    [{ OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'a=b' }, ['METRICS']],
    [{ OTEL_TRACES_EXPORTER: 'console' }, ['TRACES']],
    [{ OTEL_TRACES_EXPORTER: '' }, []],
    [{ OTEL_LOGS_EXPORTER: 'none' }, ['LOGS']],
    [{ OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://zipkin' }, ['TRACES']],
  ])('%j', (env, expected) => expect(exported(env)).toEqual(expected));

  it('sets none for the rest while it runs, and only then', () => {
    const env: NodeJS.ProcessEnv = { OTEL_TRACES_EXPORTER: 'console' };
    const during = withSignalDefaults(() => ({ ...env }), env);
    expect(during).toEqual({
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    expect(env).toEqual({ OTEL_TRACES_EXPORTER: 'console' });
  });

  it('restores the environment after a failure', () => {
    const env: NodeJS.ProcessEnv = {};
    const fail = () => {
      throw new Error('no such protocol');
    };
    expect(() => withSignalDefaults(fail, env)).toThrow('no such protocol');
    expect(env).toEqual({});
  });
});

describe('instrumentations that only serve exported telemetry', () => {
  it('are off while nothing is exported', () => {
    expect(instrumentationDefaults({})['@opentelemetry/instrumentation-pino']).toEqual({ enabled: false });
    expect(instrumentationDefaults({})['@opentelemetry/instrumentation-http']).toBeUndefined();
  });

  it.each([
    { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: ' none' },
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' },
  ])('are off with %j, which is said to be received by nobody', (env) => {
    expect(instrumentationDefaults(env)).toEqual(instrumentationDefaults({}));
    expect(isReceived('TRACES', env)).toBe(false);
  });

  it.each([
    { OTEL_TRACES_EXPORTER: 'console' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,pino' },
  ])('are as usual with %j', (env) => expect(instrumentationDefaults(env)).toEqual({}));

  it('exist in the release we develop against', () => {
    const known = getNodeAutoInstrumentations().map((one) => one.instrumentationName);
    for (const name of Object.keys(instrumentationDefaults({}))) expect(known).toContain(name);
  });
});
