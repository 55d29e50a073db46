import type { Measure } from '../aggregate/dictionary.ts';
import type { NamedOrigin } from './named-origin.ts';

/**
 * One measurement on its way into sums. Made once and filled anew for each: whoever takes it copies what it needs, and the
 * hot path allocates nothing.
 */
export class Measurement {
  measure!: Measure;
  /** Known already, else that of the scope. */
  named: NamedOrigin | undefined = undefined;
  /** Canonical row attributes. */
  attributes = '';
  /** What is added, in the unit of `measure`: the whole, or a share of it. */
  value = 0;
  /** The whole of which `value` may be a share: what minimum and maximum are about. NaN: it takes no part in them. */
  size = Number.NaN;
  /** Operations. */
  count = 0;
  /** Operations seen here, before any weight; 0 for a share of something that is counted elsewhere. */
  samples = 0;
  /** Of a sampled trace, '' for none. */
  traceId = '';
}
