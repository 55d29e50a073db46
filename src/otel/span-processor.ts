import type { Context } from '@opentelemetry/api';
import type { AttributionOptions } from '../engine/options.ts';
import type { Attribution } from './instance.ts';
import { createAttribution, flushAtExit } from './load.ts';
import type { ReadableSpan, SpanProcessor } from './sdk-types.ts';
import { stripGlobally } from './setup/global-propagator.ts';

/**
 * The span processor for set-ups that own their SDK (the Azure Monitor distro, Sentry). Sampled spans only, unless the
 * sampler is wrapped in `AttributionSampler`.
 */
export class AttributionSpanProcessor implements SpanProcessor {
  readonly #attribution: Attribution;
  #strips: boolean;

  constructor(options?: AttributionOptions) {
    this.#attribution = createAttribution(options);
    flushAtExit(this.#attribution);
    this.#strips = this.#attribution.options.enabled === false;
    // The SDK that takes this processor registers its propagator in the same turn, or before its first span.
    setImmediate(() => this.#strip()).unref();
  }

  onStart(span: ReadableSpan, parentContext: Context): void {
    if (!this.#strips) this.#strip();
    this.#attribution.processor.onStart(span, parentContext);
  }

  onEnd(span: ReadableSpan): void {
    this.#attribution.processor.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#attribution.processor.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#attribution.processor.shutdown();
  }

  #strip(): void {
    try {
      this.#strips ||= stripGlobally(this.#attribution);
    } catch {
      this.#attribution.accounts.count('attribution.hook.failed', 'propagator');
      this.#strips = true;
    }
  }
}
