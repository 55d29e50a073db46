/** `record`: a measurement made by hand, in the origin of the active context. */
import { type Context, trace } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import type { Dictionary } from '../core/aggregate/dictionary.ts';
import { canonicalAttributes, mergeAttributes } from '../core/attributes.ts';
import { limits } from '../core/limits.ts';
import { baseUnit } from '../core/mapping/units.ts';
import { UNATTRIBUTED } from '../core/model.ts';
import { windowOf } from '../core/windows.ts';
import type { ManualMeasurement } from './api.ts';
import type { Committer } from './committer.ts';
import { contextAttributes, inboundOrigin, namedOrigin } from './context.ts';
import { Scope } from './scope.ts';
import { stateOf } from './span-state.ts';

export interface ManualOptions {
  readonly accounts: Accounts;
  readonly committer: Committer;
  readonly dictionary: Dictionary;
  readonly windowSeconds: number;
  readonly service: () => string;
}

export function recordByHand(measurement: ManualMeasurement, context: Context, options: ManualOptions): boolean {
  const { accounts, committer, dictionary } = options;
  const { target, event, unit, value } = measurement;
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
  const measure = dictionary.measure(target, event, base);
  const own = canonicalAttributes(measurement.attributes ?? {}, limits);
  const attributes = mergeAttributes(contextAttributes(context), own, limits);
  const now = Date.now();
  const window = windowOf(now, options.windowSeconds);
  const state = stateOf(trace.getSpan(context));
  const named = namedOrigin(context) ?? state?.named;
  const inBase = (value * factor) / divisor;
  const service = state?.scope.service || options.service() || 'unknown_service';
  const scope = state?.scope ?? new Scope(now, service, undefined);
  scope.pending.add(window, measure, named, attributes, inBase, 1, 1, inBase, '');
  const origin =
    state === undefined
      ? (inboundOrigin(context) ?? { originService: '', origin: UNATTRIBUTED, attributes: '' })
      : scope.resolved;
  if (origin !== undefined) committer.commit(scope, origin);
  return true;
}
