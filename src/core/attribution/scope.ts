/** The work under one local root: it holds measurements until the origin is known, and lists the spans still open. */
import type { AttributeLimits } from '../attributes.ts';
import { canonicalAttributes, mergeAttributes, parseAttributes } from '../attributes.ts';
import type { CarriedOrigin } from './carried.ts';
import { type NamedOrigin, PendingSums } from './pending-sums.ts';
import type { SpanState } from './span-state.ts';

/** Marks a scope-wide attribute that was set to different values within the scope: it belongs to none of the rest. */
const AMBIGUOUS = Symbol('ambiguous');

export class Scope {
  readonly startMs: number;
  /** Emitting service, from the resource of the root. */
  readonly service: string;
  /** Origin a trusted caller sent, or that the root's link leads to. */
  readonly inbound: CarriedOrigin | undefined;
  /** The local root while it is open. */
  root: SpanState | undefined;
  rootKind = 0;
  readonly pending = new PendingSums();
  /** Known once the root has ended. */
  resolved: NamedOrigin | undefined;
  rootEndedMs = -1;
  /** Longest `http.route` of a handler's span below the root. */
  childRoute = '';
  /** GraphQL operation seen below the root, such as `query Search`. */
  graphql = '';
  /** Last origin sent to another service. */
  sent = '';
  openCount = 0;
  firstOpen: SpanState | undefined;
  /** Neighbours in the registry, oldest first. */
  older: Scope | undefined;
  newer: Scope | undefined;
  registered = false;
  /** Canonical attributes noted so far, while they were always the same. */
  #notedOnce = '';
  #noted: Map<string, string | typeof AMBIGUOUS> | undefined;

  constructor(startMs: number, service: string, inbound: CarriedOrigin | undefined) {
    this.startMs = startMs;
    this.service = service;
    this.inbound = inbound;
  }

  addOpen(state: SpanState): void {
    state.nextOpen = this.firstOpen;
    if (this.firstOpen !== undefined) this.firstOpen.previousOpen = state;
    this.firstOpen = state;
    this.openCount++;
  }

  removeOpen(state: SpanState): void {
    if (state.previousOpen === undefined && state.nextOpen === undefined && this.firstOpen !== state) return;
    if (state.previousOpen === undefined) this.firstOpen = state.nextOpen;
    else state.previousOpen.nextOpen = state.nextOpen;
    if (state.nextOpen !== undefined) state.nextOpen.previousOpen = state.previousOpen;
    state.previousOpen = undefined;
    state.nextOpen = undefined;
    this.openCount--;
  }

  /** `withAttributes` was called within this scope. */
  note(canonical: string): void {
    if (this.#noted === undefined) {
      if (this.#notedOnce === '' || this.#notedOnce === canonical) {
        this.#notedOnce = canonical;
        return;
      }
      this.#noted = new Map(Object.entries(parseAttributes(this.#notedOnce)));
    }
    for (const [key, value] of Object.entries(parseAttributes(canonical))) {
      const known = this.#noted.get(key);
      this.#noted.set(key, known === undefined || known === value ? value : AMBIGUOUS);
    }
  }

  /**
   * Attributes of the whole scope: the caller's, those noted without contradiction, and `ofRoot`, each over the last.
   * Known only at the root's end.
   */
  scopeAttributes(ofRoot: string, limits: AttributeLimits): string {
    let base = this.inbound?.attributes ?? '';
    if (this.#noted === undefined) base = mergeAttributes(base, this.#notedOnce, limits);
    else {
      const noted: Record<string, string> = {};
      for (const [key, value] of this.#noted) if (value !== AMBIGUOUS) noted[key] = value;
      base = mergeAttributes(base, canonicalAttributes(noted, limits), limits);
    }
    return mergeAttributes(base, ofRoot, limits);
  }
}
