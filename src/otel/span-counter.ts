/**
 * Turns spans into measurements of their scope, each operation once: decides between nested spans that describe the
 * same operation, splits batches over their links, spreads durations over windows.
 */
import type { Accounts } from '../core/accounts.ts';
import type { Mapped, Mapping } from '../core/mapping/types.ts';
import type { NamedOrigin, PendingSums } from '../core/origin/pending-sums.ts';
import { spread, windowOf } from '../core/windows.ts';
import { factsOf } from './facts.ts';
import type { OriginResolver } from './origin-resolver.ts';
import type { RemoteParents } from './remote-parents.ts';
import type { Scope } from './scope.ts';
import { type ReadableSpan, toMs } from './sdk-types.ts';
import type { SpanState } from './span-state.ts';
import {
  absorberOf,
  absorbs,
  CONSUMED_MESSAGES,
  hold,
  isBelowServer,
  isNestedSystem,
  markCounted,
  markProcessed,
} from './winner.ts';

const SERVER = 1;
const CLIENT = 2;
const PRODUCER = 3;
const SAMPLED = 1;

export interface SpanCounterOptions {
  readonly mapping: Mapping;
  readonly accounts: Accounts;
  readonly resolver: OriginResolver;
  readonly remoteParents: RemoteParents;
  readonly windowSeconds: number;
  readonly now: () => number;
}

export class SpanCounter {
  readonly #o: SpanCounterOptions;
  readonly #matched: { n: number };
  readonly #suppressed: { n: number };

  constructor(options: SpanCounterOptions) {
    this.#o = options;
    this.#matched = options.accounts.counter('attribution.span.matched');
    this.#suppressed = options.accounts.counter('attribution.span.suppressed');
  }

  /** The span has ended and was mapped. */
  count(span: ReadableSpan, state: SpanState, mapped: Mapped): void {
    if (span.kind === SERVER && mapped.category === 'server' && isBelowServer(state)) {
      this.#suppressed.n++;
      return;
    }
    if (isNestedSystem(mapped)) {
      if (state.countedBelow?.includes(mapped.system)) {
        this.#suppressed.n++;
        return;
      }
      markCounted(state, mapped.system);
    }
    if (mapped.category === 'http') {
      const outer = absorberOf(state, this.#o.mapping);
      if (outer !== undefined && !outer.ended) {
        this.#measure(span, state, mapped, hold(outer, mapped.address));
        return;
      }
      if (outer?.absorbs !== undefined && absorbs(outer.absorbs, mapped.address)) {
        this.#suppressed.n++;
        return;
      }
    } else if (mapped.consumes === 'process') markProcessed(state);
    this.#matched.n++;
    this.#measure(span, state, mapped, state.scope.pending);
  }

  /** The span has ended: what it held back is either part of itself or an operation of its own. */
  releaseHeld(state: SpanState, mapped: Mapped | undefined): void {
    const { held } = state;
    if (held === undefined) return;
    state.held = undefined;
    for (const { address, sums } of held) {
      const absorbed = mapped !== undefined && !mapped.connection && absorbs(mapped.address, address);
      if (absorbed) this.#suppressed.n += sums.operations;
      else {
        this.#matched.n += sums.operations;
        sums.moveTo(state.scope.pending);
      }
    }
  }

  #measure(span: ReadableSpan, state: SpanState, mapped: Mapped, into: PendingSums): void {
    if (span.kind === CLIENT || span.kind === PRODUCER || mapped.category === 'genai') state.absorbs = mapped.address;
    const { attributes } = span;
    const spanContext = span.spanContext();
    const traceId = (spanContext.traceFlags & SAMPLED) === 0 ? '' : spanContext.traceId;
    const seconds = Math.max(0, span.duration[0] + span.duration[1] / 1e9);
    const endMs = toMs(span.endTime);
    const rowAttributes = this.#o.resolver.rowAttributes(state.attributes, attributes);
    const { measures } = mapped;
    const shares = span.links.length === 0 || state.named !== undefined ? undefined : this.#shares(span);
    for (let i = 0; i < measures.length; i++) {
      const measure = measures[i]!;
      if (state.processedBelow && mapped.consumes === 'receive' && measure.event === CONSUMED_MESSAGES) continue;
      const value = mapped.read(i, attributes, seconds);
      if (Number.isNaN(value)) continue;
      const duration = mapped.isDuration(i);
      // Its operation was counted while it was open: now only the duration is new.
      const operations = duration && state.counted ? 0 : 1;
      if (shares === undefined) {
        this.#add(
          into,
          measure,
          state.named,
          rowAttributes,
          value,
          1,
          operations,
          operations,
          traceId,
          duration,
          endMs,
        );
      } else {
        for (let at = 0; at < shares.length; at++) {
          const part = 1 / shares.length;
          const samples = at === 0 ? operations : 0;
          const count = operations * part;
          this.#add(into, measure, shares[at], rowAttributes, value, part, count, samples, traceId, duration, endMs);
        }
      }
    }
  }

  /** Origins of a span's links where any of them is known: one share for each link. */
  #shares(span: ReadableSpan): (NamedOrigin | undefined)[] | undefined {
    if (this.#o.remoteParents.size === 0) return undefined;
    const origins = span.links.map((link) => this.#o.remoteParents.originOf(link.context));
    return origins.some((origin) => origin !== undefined) ? origins : undefined;
  }

  /** Adds `part` of one measurement; a duration to every window it covered, its operation to that of its end. */
  #add(
    into: PendingSums,
    measure: Mapped['measures'][number],
    named: NamedOrigin | undefined,
    attributes: string,
    value: number,
    part: number,
    count: number,
    samples: number,
    traceId: string,
    duration: boolean,
    endMs: number,
  ): void {
    const { windowSeconds } = this.#o;
    const window = windowOf(endMs, windowSeconds);
    if (!duration || endMs - window * windowSeconds * 1000 >= value * 1000) {
      into.add(window, measure, named, attributes, value * part, count, samples, value, traceId);
      return;
    }
    spread(endMs, value, windowSeconds, (at, share, end) => {
      if (end) into.add(at, measure, named, attributes, share * part, count, samples, value, traceId);
      else into.add(at, measure, named, attributes, share * part, 0, 0, Number.NaN, '');
    });
  }

  /** Spans begun before `before` and still open are operations whose duration is not known yet. */
  countUnended(scope: Scope, before: number, withRoot: boolean): void {
    for (let state = scope.firstOpen; state !== undefined; state = state.nextOpen) {
      const { span } = state;
      if (span === undefined || toMs(span.startTime) > before) continue;
      const mapped = this.#o.mapping.match(factsOf(span, scope.service));
      this.releaseHeld(state, mapped);
      if (state.counted || (state === scope.root && !withRoot)) continue;
      if (mapped === undefined || mapped.connection) continue;
      if (isNestedSystem(mapped) && state.countedBelow?.includes(mapped.system)) continue;
      if (isNestedSystem(mapped)) markCounted(state, mapped.system);
      state.counted = true;
      this.#o.accounts.count('attribution.span.unended');
      const window = windowOf(this.#o.now(), this.#o.windowSeconds);
      const rowAttributes = this.#o.resolver.rowAttributes(state.attributes, span.attributes);
      for (let i = 0; i < mapped.measures.length; i++) {
        if (!mapped.isDuration(i)) continue;
        scope.pending.add(window, mapped.measures[i]!, state.named, rowAttributes, 0, 1, 1, Number.NaN, '');
      }
    }
  }
}
