import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import type { AttributionOptions } from '../engine/options.ts';
import { createAttribution } from './load.ts';

/**
 * The propagator for set-ups that own their SDK: wraps yours, carries the origin to `propagateTo`, strips it elsewhere.
 */
export class AttributionPropagator implements TextMapPropagator {
  readonly #inner: TextMapPropagator;

  constructor(delegate: TextMapPropagator, options?: AttributionOptions) {
    this.#inner = createAttribution(options).propagator(delegate);
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    this.#inner.inject(context, carrier, setter);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    return this.#inner.extract(context, carrier, getter);
  }

  fields(): string[] {
    return this.#inner.fields();
  }
}
