import type { Context } from '@opentelemetry/api';
import type { AttributionOptions } from '../engine/options.ts';
import type { Attribution } from './instance.ts';
import { createAttribution, flushAtExit } from './load.ts';
import type { ReadableSpan, SpanProcessor } from './sdk-types.ts';

/**
 * The span processor for set-ups that own their SDK (the Azure Monitor distro, Sentry). Sampled spans only, unless the
 * sampler is wrapped in `AttributionSampler`.
 */
export class AttributionSpanProcessor implements SpanProcessor {
  readonly #attribution: Attribution;

  constructor(options?: AttributionOptions) {
    this.#attribution = createAttribution(options);
    flushAtExit(this.#attribution);
  }

  onStart(span: ReadableSpan, parentContext: Context): void {
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
}
