import type { Attributes, Context, Link } from '@opentelemetry/api';
import type { Sampler, SamplingResult } from './sdk-types.ts';

const NOT_RECORD = 0;
const RECORD = 1;
const RECORD_AND_SAMPLED = 2;
/**
 * Stamped on every exported span, so that a collector of ours that receives the same spans does not count them again.
 */
export const COUNTED_ATTRIBUTE = 'attribution.counted';
const COUNTED: Attributes = Object.freeze({ [COUNTED_ATTRIBUTE]: true });
// The SDK only reads a result, so the usual ones are made once.
const RECORDED: SamplingResult = Object.freeze({ decision: RECORD });
const SAMPLED: SamplingResult = Object.freeze({ decision: RECORD_AND_SAMPLED, attributes: COUNTED });

/**
 * Records every span, exports only what the delegate samples: attribution sees all traffic at any sampling ratio, and
 * Batch and Simple span processors skip spans that are recorded but not sampled.
 */
export class AttributionSampler implements Sampler {
  readonly #delegate: Sampler;

  constructor(delegate: Sampler) {
    this.#delegate = delegate;
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: number,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    return recordAll(this.#delegate.shouldSample(context, traceId, spanName, spanKind, attributes, links));
  }

  toString(): string {
    return `AttributionSampler{${this.#delegate.toString()}}`;
  }
}

/** What the SDK is told where a sampler said `result`. */
export function recordAll(result: SamplingResult): SamplingResult {
  const { decision, traceState } = result;
  if (decision === NOT_RECORD) {
    if (result.attributes === undefined && traceState === undefined) return RECORDED;
    return { ...result, decision: RECORD };
  }
  if (decision !== RECORD_AND_SAMPLED) return result;
  if (result.attributes === undefined && traceState === undefined) return SAMPLED;
  return { ...result, attributes: { ...result.attributes, ...COUNTED } };
}
