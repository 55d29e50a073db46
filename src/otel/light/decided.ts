import type { SamplingResult } from '../sdk-types.ts';

export interface IdGenerator {
  generateSpanId(): string;
  generateTraceId(): string;
}

/**
 * What was decided about a span before the SDK makes it: its ids, which the tracer asks its generator for, and then the answer of the
 * sampler. With that the tracer has its own generator back, before any processor hears of the span.
 */
export class Decided implements IdGenerator {
  readonly #tracer: { _idGenerator: IdGenerator };
  readonly #ids: IdGenerator;
  readonly #spanId: string;
  readonly #traceId: string;
  readonly #result: SamplingResult;

  constructor(tracer: { _idGenerator: IdGenerator }, spanId: string, traceId: string, result: SamplingResult) {
    this.#tracer = tracer;
    this.#ids = tracer._idGenerator;
    this.#spanId = spanId;
    this.#traceId = traceId;
    this.#result = result;
    tracer._idGenerator = this;
  }

  generateSpanId(): string {
    return this.#spanId;
  }

  generateTraceId(): string {
    return this.#traceId;
  }

  /** The answer of the sampler. */
  take(): SamplingResult {
    this.#tracer._idGenerator = this.#ids;
    return this.#result;
  }
}
