import { type Context, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PluggedIn, plugIn, type SdkConfiguration } from '../../../src/otel/setup/plug-in.ts';
import { findSdk } from '../../../src/otel/setup/sdk-modules.ts';
import { PassOnPropagator } from '../../../src/otel/setup/without-traces.ts';

const processor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
const nothing = { inject() {}, extract: (context: Context) => context, fields: () => [] };
const ours: PluggedIn = { processor, sampler: (delegate) => delegate, propagator: (delegate) => delegate ?? nothing };
const mine = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

let stderr: string;
beforeEach(() => {
  stderr = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  trace.disable();
});

describe('withAttribution on a configuration', () => {
  it('starts nothing before NodeSDK asks, and asks for attribution once', () => {
    const create = vi.fn(() => ours);
    const config = plugIn<SdkConfiguration>({ spanProcessors: [mine] }, { create });
    expect(create).not.toHaveBeenCalled();
    expect(config.spanProcessors).toBe(config.spanProcessors);
    expect(config.spanProcessors![0]).toBe(processor);
    expect(config.sampler).toBe(config.sampler);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('leaves the configuration it was given alone, its getters too', () => {
    let read = 0;
    const config = Object.freeze({
      serviceName: 'shop',
      get resource() {
        return ++read;
      },
    });
    const copy = plugIn(config as SdkConfiguration, { create: () => ours }) as typeof config;
    expect(read).toBe(0);
    expect(copy.serviceName).toBe('shop');
    expect(copy.resource).toBe(1);
  });

  it('is not added twice', () => {
    const once = plugIn<SdkConfiguration>({ spanProcessors: [mine] }, { create: () => ours });
    expect(plugIn(once, { create: () => ours })).toBe(once);
  });

  it('starts nothing with OTEL_SDK_DISABLED', () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'TRUE');
    const create = vi.fn(() => ours);
    const config = plugIn<SdkConfiguration>({ spanProcessors: [mine] }, { create });
    new NodeSDK(config as object).start();
    expect({ ...config }).toEqual({ spanProcessors: [mine] });
    expect(create).not.toHaveBeenCalled();
  });

  it('says what to install when there is no SDK, and hands the configuration through', () => {
    const create = vi.fn(() => ours);
    const config = plugIn<SdkConfiguration>({ spanProcessors: [mine] }, { create, findSdk: () => undefined });
    expect(config.spanProcessors).toEqual([mine]);
    expect(config.sampler).toBeUndefined();
    expect(create).not.toHaveBeenCalled();
    expect(stderr).toMatch(
      /cannot find the application's @opentelemetry\/sdk-node .*npm i @opentelemetry\/sdk-node\n$/,
    );
  });

  it('steps back when it cannot be set up, with one message and no exception', () => {
    const create = () => {
      throw new Error('no room');
    };
    const config = plugIn<SdkConfiguration>({ spanProcessors: [mine] }, { create });
    const sdk = new NodeSDK(config as object);
    sdk.start();
    expect(config.spanProcessors).toEqual([mine]);
    expect(stderr).toBe(
      'otel-attribution: off, because it could not join the OpenTelemetry set-up (textMapPropagator): no room\n',
    );
  });

  it('wraps a propagator that only passes on, where nothing is exported', () => {
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'none');
    const asked: unknown[] = [];
    const propagator: PluggedIn['propagator'] = (delegate) => {
      asked.push(delegate);
      return { inject() {}, extract: (context) => context, fields: () => ['ours'] };
    };
    const config = plugIn<SdkConfiguration>({}, { create: () => ({ ...ours, propagator }) });
    expect((config.textMapPropagator as { fields(): string[] }).fields()).toEqual(['ours']);
    expect(asked.at(-1)).toBeInstanceOf(PassOnPropagator);
    expect(String(config.sampler)).toBe('NoTraces');
  });

  it('is off when attribution says so', () => {
    const config = plugIn<SdkConfiguration>({ spanProcessors: [mine] }, { create: () => undefined });
    expect(config.spanProcessors).toEqual([mine]);
    expect(config.sampler).toBeUndefined();
    expect(stderr).toBe('');
  });

  it('lets the constructor of an exporter fail as it would without us', () => {
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'none');
    vi.stubEnv('OTEL_LOGS_EXPORTER', 'none');
    const failing = () => {
      const sdk = findSdk()!;
      return { ...sdk, path: sdk.path, core: sdk.core, trace: sdk.trace, load: () => ({}) };
    };
    const config = plugIn<SdkConfiguration>({}, { create: () => ours, findSdk: failing });
    expect(config.spanProcessors).toBeUndefined();
    expect(config.sampler).toBeUndefined();
    expect(stderr).toMatch(/off, because it could not join the OpenTelemetry set-up \(spanProcessors\)/);
  });
});
