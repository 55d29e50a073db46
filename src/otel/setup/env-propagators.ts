/** What `NodeSDK` makes of `OTEL_PROPAGATORS`, rebuilt because passing `textMapPropagator` switches it off. */
import { diag, type TextMapPropagator } from '@opentelemetry/api';
import type { Constructor, SdkModules } from './sdk-modules.ts';

interface B3Module {
  readonly B3Propagator: Constructor<TextMapPropagator>;
  readonly B3InjectEncoding: { readonly MULTI_HEADER: number };
}

function newPropagator(sdk: SdkModules, name: string): TextMapPropagator | undefined {
  const { W3CBaggagePropagator, W3CTraceContextPropagator } = sdk.core;
  switch (name) {
    case 'tracecontext':
      return new W3CTraceContextPropagator();
    case 'baggage':
      return new W3CBaggagePropagator();
    case 'b3':
    case 'b3multi': {
      const { B3Propagator, B3InjectEncoding } = sdk.load('@opentelemetry/propagator-b3') as unknown as B3Module;
      return name === 'b3' ? new B3Propagator() : new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });
    }
    case 'jaeger': {
      // Only the 0.223 line still has it; in 0.301 the name is unknown.
      const jaeger = sdk.load('@opentelemetry/propagator-jaeger');
      if (jaeger === undefined) return undefined;
      diag.warn(
        'The Jaeger propagator is deprecated and will be removed in a future release. Use the W3C TraceContext propagator ("tracecontext") instead.',
      );
      return new jaeger.JaegerPropagator!() as TextMapPropagator;
    }
    default:
      return undefined;
  }
}

/** The propagator `NodeSDK` would register; null when it would register none. */
export function propagatorFromEnv(sdk: SdkModules): TextMapPropagator | null {
  const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = sdk.core;
  const requested = sdk.core.getStringListFromEnv('OTEL_PROPAGATORS');
  if (requested === undefined) {
    return new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });
  }
  if (requested.includes('none')) return null;
  const names = [...new Set(requested)];
  const propagators: TextMapPropagator[] = [];
  for (const name of names) {
    const propagator = newPropagator(sdk, name);
    if (propagator === undefined) {
      diag.warn(`Propagator "${name}" requested through environment variable is unavailable.`);
    } else propagators.push(propagator);
  }
  if (propagators.length === 0) return null;
  // Like NodeSDK: one *requested* name, not one valid name, goes without the composite.
  return names.length === 1 ? propagators[0]! : new CompositePropagator({ propagators });
}
