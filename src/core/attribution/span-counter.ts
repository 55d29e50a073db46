/**
 * Turns spans into measurements of their scope, each operation once: decides between nested spans that describe the
 * same operation, splits batches over their links, spreads durations over windows.
 */
import type { Accounts } from '../accounts.ts';
import { limits } from '../limits.ts';
import type { Mapped, Mapping } from '../mapping/types.ts';
import { SERVER } from '../span-kind.ts';
import { spread, windowOf } from '../windows.ts';
import { Measurement } from './measurement.ts';
import type { NamedOrigin } from './named-origin.ts';
import type { OriginResolver } from './origin-resolver.ts';
import type { PendingSums } from './pending-sums.ts';
import type { RemoteParents } from './remote-parents.ts';
import type { Scope, SpanState } from './scope.ts';
import { Siblings } from './siblings.ts';
import {
  absorberOf,
  absorbs,
  CONSUMED_MESSAGES,
  canAbsorb,
  hold,
  isBelowServer,
  isNestedSystem,
  MESSAGES,
  markCounted,
  mayBeBelow,
  stopWaiting,
  wait,
  waitsInVain,
} from './winner.ts';

export interface SpanCounterOptions {
  readonly mapping: Mapping;
  readonly accounts: Accounts;
  readonly resolver: OriginResolver;
  readonly remoteParents: RemoteParents;
  readonly windowSeconds: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

export class SpanCounter {
  readonly #o: SpanCounterOptions;
  readonly #matched: { n: number };
  readonly #suppressed: { n: number };
  readonly #siblings = new Siblings();
  /** Filled anew for each measurement: see `Measurement`. */
  readonly #measurement = new Measurement();

  constructor(options: SpanCounterOptions) {
    this.#o = options;
    this.#matched = options.accounts.counter('attribution.span.matched');
    this.#suppressed = options.accounts.counter('attribution.span.suppressed');
  }

  /** The span has ended and was mapped. */
  count(span: SpanState, mapped: Mapped): void {
    if (span.kind === SERVER && mapped.category === 'server' && isBelowServer(span)) {
      this.#suppressed.n++;
      return;
    }
    if (canAbsorb(span, mapped)) span.absorbs = mapped.address;
    if (mapped.sibling !== '') {
      const repeated = this.#siblings.isRepeated(span, mapped);
      if (repeated === undefined) this.#keepUndecided(span, mapped);
      else if (repeated) this.#suppressed.n++;
      if (repeated !== false) return;
    }
    if (isNestedSystem(mapped)) {
      if (span.below?.counted.includes(mapped.system)) {
        this.#suppressed.n++;
        return;
      }
      if (this.#hasToWait(span, mapped.system)) {
        this.#measure(span, mapped, wait(span, mapped.system, true));
        return;
      }
      this.#suppressed.n += markCounted(span, mapped.system);
    }
    if (mapped.category === 'http') {
      const outer = absorberOf(span, this.#o.mapping);
      if (outer !== undefined && !outer.ended) {
        this.#measure(span, mapped, hold(outer, mapped.address));
        return;
      }
      if (outer?.absorbs !== undefined && absorbs(outer.absorbs, mapped.address)) {
        this.#suppressed.n++;
        return;
      }
    } else if (mapped.consumes === 'process') markCounted(span, MESSAGES);
    this.#matched.n++;
    this.#measure(span, mapped, span.scope.pending);
    if (mapped.locks) span.scope.remember(span, mapped);
  }

  #hasToWait(span: SpanState, what: string): boolean {
    if (!mayBeBelow(span, what)) return false;
    const { waiting } = span.scope;
    if (waiting === undefined || waiting.length < limits.scopeWaiting) return true;
    this.#o.accounts.count('attribution.limit.reached', 'scope_waiting');
    return false;
  }

  /** The span has ended: what it held back is either part of itself or an operation of its own. */
  releaseHeld(span: SpanState, mapped: Mapped | undefined): void {
    const { below } = span;
    if (below === undefined || below.held.length === 0) return;
    const { held } = below;
    below.held = [];
    for (const { address, sums } of held) {
      const absorbed = mapped !== undefined && canAbsorb(span, mapped) && absorbs(mapped.address, address);
      if (absorbed) this.#suppressed.n += sums.operations;
      else {
        this.#matched.n += sums.operations;
        sums.moveTo(span.scope.pending);
      }
    }
  }

  /**
   * Counts the spans of the scope that waited for one below them, where nothing is open there any more. `since`: what
   * began before that counts as if it had ended.
   */
  settle(scope: Scope, since = Number.NEGATIVE_INFINITY): void {
    for (;;) {
      const span = waitsInVain(scope, since);
      const own = span?.below?.own;
      if (span === undefined || own === undefined) return;
      stopWaiting(span);
      if (own.whole) {
        this.#matched.n++;
        this.#suppressed.n += markCounted(span, own.what);
      }
      own.sums.moveTo(scope.pending);
    }
  }

  #keepUndecided(span: SpanState, mapped: Mapped): void {
    const { scope } = span;
    const sums = this.#siblings.keep(scope, mapped.system);
    this.#measure(span, mapped, sums);
    if (sums.size > limits.scopeSums) this.decide(scope);
  }

  /** The scope is about to be committed. */
  decide(scope: Scope): void {
    this.#siblings.decide(
      scope,
      (spans) => {
        this.#matched.n += spans;
      },
      (spans) => {
        this.#suppressed.n += spans;
      },
    );
  }

  #measure(span: SpanState, mapped: Mapped, into: PendingSums): void {
    const { measures } = mapped;
    const attributes = this.#o.resolver.rowAttributes(span.contextAttributes, span);
    const traceId = span.exemplarTraceId;
    const seconds = span.durationSeconds;
    const { endMs } = span;
    const shares = span.linkCount === 0 || span.named !== undefined ? undefined : this.#shares(span);
    for (let i = 0; i < measures.length; i++) {
      const measure = measures[i]!;
      let sums = into;
      if (mapped.consumes === 'receive' && measure.event === CONSUMED_MESSAGES) {
        if (span.below?.counted.includes(MESSAGES)) continue;
        if (this.#hasToWait(span, MESSAGES)) sums = wait(span, MESSAGES, false);
      }
      const value = mapped.read(i, span, seconds);
      if (Number.isNaN(value)) continue;
      const isDuration = mapped.isDuration(i);
      // Only now: reading may run a getter of the application, which may end another span.
      const measurement = this.#measurement;
      measurement.attributes = attributes;
      measurement.traceId = traceId;
      measurement.measure = measure;
      measurement.size = value;
      // Its operation was counted while it was open: now only the duration is new.
      const operations = isDuration && span.counted ? 0 : 1;
      if (shares === undefined) {
        // What was done to each of several messages is told by its own span: sizes and numbers are whole.
        const part = isDuration ? span.below?.part : undefined;
        const share = part === undefined ? 1 : part.share;
        measurement.named = span.named;
        measurement.count = operations * share;
        measurement.samples = part === undefined || part.first ? operations : 0;
        this.#add(sums, measurement, endMs, isDuration, share);
      } else this.#addShares(sums, measurement, endMs, isDuration, operations, shares);
    }
  }

  /** A batch belongs to all whom its links lead to, in equal shares; it is one sample. */
  #addShares(
    into: PendingSums,
    measurement: Measurement,
    endMs: number,
    isDuration: boolean,
    operations: number,
    shares: readonly (NamedOrigin | undefined)[],
  ): void {
    const share = 1 / shares.length;
    for (let at = 0; at < shares.length; at++) {
      measurement.named = shares[at];
      measurement.count = operations * share;
      measurement.samples = at === 0 ? operations : 0;
      this.#add(into, measurement, endMs, isDuration, share);
    }
  }

  /** Origins of a span's links where any of them is known: one share for each link. */
  #shares(span: SpanState): (NamedOrigin | undefined)[] | undefined {
    const { remoteParents } = this.#o;
    if (remoteParents.size === 0) return undefined;
    const origins = Array.from({ length: span.linkCount }, (_, i) => remoteParents.originOf(span.link(i)));
    return origins.some((origin) => origin !== undefined) ? origins : undefined;
  }

  /** Adds `share` of what is measured; a duration to every window it covered, its operation to that of its end. */
  #add(into: PendingSums, measurement: Measurement, endMs: number, isDuration: boolean, share: number): void {
    const { windowSeconds } = this.#o;
    const window = windowOf(endMs, windowSeconds);
    const { size } = measurement;
    if (!isDuration || endMs - window * windowSeconds * 1000 >= size * 1000) {
      measurement.value = size * share;
      into.add(window, measurement);
      return;
    }
    const { measure, named, attributes } = measurement;
    const before = Object.assign(new Measurement(), { measure, named, attributes });
    spread(endMs, size, windowSeconds, (at, seconds, isEnd) => {
      const part = isEnd ? measurement : before;
      part.value = seconds * share;
      into.add(at, part);
    });
  }

  /** Spans begun before `before` and still open are operations whose duration is not known yet. */
  countUnended(scope: Scope, before: number, withRoot: boolean): void {
    for (let span = scope.firstOpen; span !== undefined; span = span.nextOpen) {
      if (span.startMs > before) continue;
      const mapped = this.#o.mapping.match(span);
      this.releaseHeld(span, mapped);
      if (span.counted || (span === scope.root && !withRoot)) continue;
      if (mapped === undefined || mapped.connection) continue;
      if (mapped.sibling !== '' && this.#siblings.isRepeated(span, mapped) === true) continue;
      if (isNestedSystem(mapped) && span.below?.counted.includes(mapped.system)) continue;
      if (isNestedSystem(mapped)) this.#suppressed.n += markCounted(span, mapped.system);
      span.counted = true;
      this.#o.accounts.count('attribution.span.unended');
      this.#measureUnended(span, mapped, scope.pending);
    }
  }

  #measureUnended(span: SpanState, mapped: Mapped, into: PendingSums): void {
    const measurement = new Measurement();
    measurement.named = span.named;
    measurement.attributes = this.#o.resolver.rowAttributes(span.contextAttributes, span);
    const part = span.below?.part;
    measurement.count = part === undefined ? 1 : part.share;
    measurement.samples = part === undefined || part.first ? 1 : 0;
    const window = windowOf(this.#o.now(), this.#o.windowSeconds);
    for (let i = 0; i < mapped.measures.length; i++) {
      if (!mapped.isDuration(i)) continue;
      measurement.measure = mapped.measures[i]!;
      into.add(window, measurement);
    }
  }
}
