/**
 * Set-ups that own their SDK register its propagator by themselves, and W3C baggage hands on whatever a caller sent. One
 * that would hand on a caller's origin is wrapped where it is registered.
 */
import { propagation, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';
import { BAGGAGE_KEY } from '../../core/attribution/carried.ts';
import type { Attribution } from '../instance.ts';

/** Where every copy of the API of this major version finds what is registered. */
const API = Symbol.for('opentelemetry.js.api.1');
type Globals = { [API]?: { propagation?: TextMapPropagator } };

/** Safe to call again: a propagator that strips is left alone. False while none is registered. */
export function stripGlobally(attribution: Pick<Attribution, 'propagator'>): boolean {
  const api = (globalThis as Globals)[API];
  const registered = api?.propagation;
  if (api === undefined || registered === undefined) return false;
  if (handsOn(registered)) api.propagation = attribution.propagator(registered);
  return true;
}

function handsOn(propagator: TextMapPropagator): boolean {
  const claim = propagation.createBaggage({ [BAGGAGE_KEY]: { value: 'probe' } });
  let sent = false;
  const set = (_carrier: unknown, _key: string, value: string): void => {
    if (String(value).includes(BAGGAGE_KEY)) sent = true;
  };
  try {
    propagator.inject(propagation.setBaggage(ROOT_CONTEXT, claim), {}, { set });
  } catch {
    // One that fails without a span: to be wrapped, since nobody knows what it does with one.
    return true;
  }
  return sent;
}
