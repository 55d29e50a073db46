/**
 * The attribution of this process. One per process, however many copies of this package or SDKs are loaded: two would
 * count every span twice.
 */
import type { Attribution } from './attribution.ts';

const KEY = Symbol.for('otel-attribution instance');
type Holder = { [KEY]?: Attribution | undefined };

export function currentAttribution(): Attribution | undefined {
  return (globalThis as Holder)[KEY];
}

export function setCurrentAttribution(attribution: Attribution | undefined): void {
  (globalThis as Holder)[KEY] = attribution;
}
