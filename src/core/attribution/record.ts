/** `record`: a measurement made by hand, in the origin of the work around it. */
import type { Accounts } from '../accounts.ts';
import type { Dictionary } from '../aggregate/dictionary.ts';
import { canonicalAttributes, mergeAttributes } from '../attributes.ts';
import { limits } from '../limits.ts';
import { baseUnit } from '../mapping/units.ts';
import { UNATTRIBUTED } from '../model.ts';
import { windowOf } from '../windows.ts';
import type { CarriedOrigin } from './carried.ts';
import type { Committer } from './committer.ts';
import { Measurement } from './measurement.ts';
import { DETACHED_ORIGIN, type NamedOrigin } from './named-origin.ts';
import { Scope, type SpanState } from './scope.ts';

/** Extra dimensions of a row, as an application gives them. */
export type AttributeValues = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ManualMeasurement {
  readonly target: string;
  readonly event: string;
  /** UCUM; time and size units are converted to `s` and `By`. */
  readonly unit: string;
  readonly value: number;
  readonly attributes?: AttributeValues;
}

/** Where a measurement was made. */
export interface Surroundings {
  /** The span around it, undefined outside of any. */
  readonly span: SpanState | undefined;
  readonly named: NamedOrigin | undefined;
  /** Origin that a trusted caller sent, where there is no span. */
  readonly inbound: CarriedOrigin | undefined;
  /** Canonical row attributes, '' for none. */
  readonly attributes: string;
}

export interface RecordOptions {
  readonly accounts: Accounts;
  readonly committer: Committer;
  readonly dictionary: Dictionary;
  readonly windowSeconds: number;
  /** What begins longer than this after its request ended is not work of that request. */
  readonly detachedAfterMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly service: () => string;
}

/** False when it was refused: the reason is in the accounts. */
export function recordByHand(measured: ManualMeasurement, around: Surroundings, options: RecordOptions): boolean {
  const { accounts, committer, dictionary } = options;
  const { target, event, unit, value } = measured;
  for (const name of [target, event, unit]) {
    if (typeof name !== 'string' || name === '') {
      accounts.count('attribution.measurement.refused', 'record_name');
      return false;
    }
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    accounts.count('attribution.measurement.refused', typeof value === 'number' ? 'not_finite' : 'not_numeric');
    return false;
  }
  const { unit: base, factor, divisor } = baseUnit(unit);
  const own = canonicalAttributes(measured.attributes ?? {}, limits);
  const measurement = new Measurement();
  measurement.measure = dictionary.measure(target, event, base);
  measurement.attributes = mergeAttributes(around.attributes, own, limits);
  measurement.value = (value * factor) / divisor;
  measurement.size = measurement.value;
  measurement.count = 1;
  measurement.samples = 1;
  const now = options.now();
  measurement.named = around.named ?? around.span?.named;
  if (measurement.named === undefined && around.span?.scope.isOver(now, options.detachedAfterMs)) {
    measurement.named = DETACHED_ORIGIN;
  }
  const service = around.span?.service ?? options.service();
  const scope = around.span?.scope ?? new Scope(now, service, undefined);
  scope.pending.add(windowOf(now, options.windowSeconds), measurement);
  const outside = around.inbound ?? { originService: '', origin: UNATTRIBUTED, attributes: '' };
  const origin = around.span === undefined ? outside : scope.resolved;
  if (origin !== undefined) committer.commit(scope, origin);
  return true;
}
