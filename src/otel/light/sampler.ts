import type { Attributes, Context, Link } from '@opentelemetry/api';
import { recordAll } from '../sampler.ts';
import type { Sampler, SamplingResult } from '../sdk-types.ts';
import type { Decided } from './decided.ts';
import type { MakeLight } from './light-span.ts';

export interface LightSamplerOptions {
  /** The caller's. */
  readonly delegate: Sampler;
  /** Nothing below a span of this process that it left out is sampled, whatever else is true of it. */
  readonly leavesOutBelow: boolean;
  /** Called once, with the first span: from then on the provider is there. */
  readonly install: (sampler: LightSampler) => void;
}

/** Asks the caller's sampler once per span: before the SDK makes a span, or instead of that. */
export class LightSampler implements Sampler {
  readonly delegate: Sampler;
  readonly leavesOutBelow: boolean;
  /** Set once the tracers are changed. */
  make: MakeLight | undefined;
  /** Of the span that the SDK makes next. */
  decided: Decided | undefined;
  #install: ((sampler: LightSampler) => void) | undefined;

  constructor({ delegate, leavesOutBelow, install }: LightSamplerOptions) {
    this.delegate = delegate;
    this.leavesOutBelow = leavesOutBelow;
    this.#install = install;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: number,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const { decided } = this;
    if (decided !== undefined) {
      this.decided = undefined;
      return recordAll(decided.take());
    }
    const install = this.#install;
    if (install !== undefined) {
      this.#install = undefined;
      install(this);
    }
    return recordAll(this.delegate.shouldSample(context, traceId, name, kind, attributes, links));
  }

  toString(): string {
    return `AttributionSampler{${this.delegate.toString()}}`;
  }
}
