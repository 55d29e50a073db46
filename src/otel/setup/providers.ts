/** Other OpenTelemetry set-ups in this process: the one that came before, and those that come later. */
import { createRequire } from 'node:module';
import { trace } from '@opentelemetry/api';

interface TraceApi {
  getTracerProvider(): object;
  setGlobalTracerProvider(provider: never): boolean;
}

/** Class name of the tracer provider registered with the API; '' when there is none. */
export function registeredProvider(api: TraceApi = trace): string {
  const provider = api.getTracerProvider() as { getDelegate?(): object };
  const name = className(provider.getDelegate?.() ?? provider);
  return name === 'NoopTracerProvider' || name === 'ProxyTracerProvider' ? '' : name;
}

/** Calls `tell` when someone tries to register a tracer provider after us, which the API refuses silently. */
export function watchProviders(sdkPath: string, tell: (provider: string) => void): void {
  // The API exists once per module format in one process; both share the registration, but not the object.
  const apis = new Set<TraceApi>([trace as TraceApi]);
  try {
    apis.add((createRequire(sdkPath)('@opentelemetry/api') as { trace: TraceApi }).trace);
  } catch {
    // Watching one is better than none.
  }
  for (const api of apis) {
    const original = api.setGlobalTracerProvider;
    api.setGlobalTracerProvider = function (this: TraceApi, provider: never) {
      tell(className(provider));
      return original.call(this, provider);
    };
  }
}

/** Bundlers number classes of the same name: `TracerProvider$1`. */
function className(value: object | undefined): string {
  return (value?.constructor?.name ?? 'unknown').replace(/\$\d+$/, '');
}
