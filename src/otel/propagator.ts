/**
 * Carries the origin to the services that may have it, and takes it from callers that are trusted. W3C baggage forwards
 * whatever came in, so everywhere else our entry is removed, also where nobody is listed and nobody trusted: a caller's
 * claim must not pass a service that does not believe it on to one that believes this service.
 */
import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import { mergeAttributes } from '../core/attributes.ts';
import { BAGGAGE_KEY, CARRIED_CHARS_MAX, decodeCarried, encodeCarried, HEADER } from '../core/attribution/carried.ts';
import { listedTargets } from '../core/attribution/listed-targets.ts';
import type { OriginResolver } from '../core/attribution/origin-resolver.ts';
import type { RemoteParents } from '../core/attribution/remote-parents.ts';
import type { SpanState } from '../core/attribution/scope.ts';
import { limits } from '../core/limits.ts';
import { stripCarrier } from './carrier.ts';
import { contextAttributes, inboundOrigin, namedOrigin, rpcRoute, setInboundOrigin } from './context.ts';
import type { FetchHeaders } from './fetch-headers.ts';
import { stateOf } from './sdk-span.ts';

export interface PropagatorOptions {
  readonly delegate: TextMapPropagator;
  readonly propagateTo: readonly string[];
  readonly trustBaggage: boolean;
  readonly resolver: OriginResolver;
  readonly accounts: Accounts;
  readonly remoteParents: RemoteParents;
  readonly fetchHeaders: FetchHeaders;
}

export class OriginPropagator implements TextMapPropagator {
  readonly #o: PropagatorOptions;
  readonly #isListed: (span: SpanState) => boolean;
  readonly #hasBaggage: boolean;
  readonly #sends: boolean;

  constructor(options: PropagatorOptions) {
    this.#o = options;
    this.#isListed = listedTargets(options.propagateTo);
    this.#hasBaggage = options.delegate.fields().includes('baggage');
    this.#sends = options.propagateTo.length > 0;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    let outgoing = context;
    try {
      stripCarrier(carrier);
      const value = this.#sends ? this.#outgoing(context) : '';
      // Also where no baggage is known to be sent: Jaeger's propagator does not list it.
      this.#o.fetchHeaders.sent(value);
      outgoing = withEntry(context, this.#hasBaggage ? value : '');
      if (!this.#hasBaggage && value !== '') setter.set(carrier, HEADER, value);
    } catch {
      this.#o.accounts.count('attribution.hook.failed', 'inject');
    }
    this.#o.delegate.inject(outgoing, carrier, setter);
  }

  /** The text to send with this call, '' for none. */
  #outgoing(context: Context): string {
    const state = stateOf(trace.getSpan(context));
    if (state === undefined || state.ended || !this.#isListed(state)) return '';
    const { scope } = state;
    const named = namedOrigin(context) ?? state.named ?? this.#o.resolver.namedAbove(state);
    const origin =
      named === undefined
        ? this.#o.resolver.known(scope, rpcRoute(context))
        : { ...named, originService: named.originService || scope.service };
    if (origin === undefined) return '';
    const attributes = mergeAttributes(
      origin.attributes,
      contextAttributes(context) || state.contextAttributes,
      limits,
    );
    const value = encodeCarried({ ...origin, attributes });
    if (value.length > CARRIED_CHARS_MAX) {
      this.#o.accounts.count('attribution.limit.reached', 'carried_origin');
      return '';
    }
    if (named === undefined) scope.sent = origin.origin;
    return value;
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = this.#o.delegate.extract(context, carrier, getter);
    try {
      const baggage = propagation.getBaggage(extracted);
      const entry = baggage?.getEntry(BAGGAGE_KEY)?.value;
      const stripped =
        baggage === undefined || entry === undefined
          ? extracted
          : propagation.setBaggage(extracted, baggage.removeEntry(BAGGAGE_KEY));
      if (!this.#o.trustBaggage) return setInboundOrigin(stripped, undefined);
      const header = entry ?? firstOf(getter.get(carrier, HEADER));
      const origin = header === undefined ? undefined : decodeCarried(header, limits.nameChars);
      if (header !== undefined && origin === undefined) {
        this.#o.accounts.count('attribution.measurement.refused', 'carried_origin');
      }
      const remote = trace.getSpanContext(stripped);
      if (origin !== undefined && remote !== undefined) this.#o.remoteParents.remember(remote, origin);
      return origin === undefined && inboundOrigin(stripped) === undefined
        ? stripped
        : setInboundOrigin(stripped, origin);
    } catch {
      this.#o.accounts.count('attribution.hook.failed', 'extract');
      return extracted;
    }
  }

  fields(): string[] {
    return this.#hasBaggage || !this.#sends ? this.#o.delegate.fields() : [...this.#o.delegate.fields(), HEADER];
  }
}

function withEntry(context: Context, value: string): Context {
  const baggage = propagation.getBaggage(context);
  if (value !== '') {
    return propagation.setBaggage(context, (baggage ?? propagation.createBaggage()).setEntry(BAGGAGE_KEY, { value }));
  }
  if (baggage?.getEntry(BAGGAGE_KEY) === undefined) return context;
  return propagation.setBaggage(context, baggage.removeEntry(BAGGAGE_KEY));
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
