/**
 * A mapper's span beside that of its driver (`core/mapping/siblings.ts`): the driver's spans are what the server saw, be
 * it none for a document that failed its validation or two for a populated one. Where the driver makes no span, because it
 * is not instrumented or wants a parent above, the mapper's is all there is.
 *
 * Which of both holds is not guessed from names: a driver's span that began in the same scope while the mapper's was open
 * shows it, and what is shown once holds for the process. Until then a scope keeps what its mappers measured to itself,
 * for as long as it keeps anything. Work without a parent is a case of its own.
 */
import type { Mapped } from '../mapping/types.ts';
import { PendingSums } from './pending-sums.ts';
import type { Scope, SpanState } from './scope.ts';

export class Siblings {
  /** Systems whose driver makes spans below a parent, and without one. */
  readonly #withParent = new Set<string>();
  readonly #withoutParent = new Set<string>();

  /** The span has ended. @returns whether spans of the driver tell what it tells; undefined when that is not known yet. */
  isRepeated(span: SpanState, mapped: Mapped): boolean | undefined {
    if (mapped.sibling === 'mapper') return this.#hasDriver(span, mapped.system);
    this.#saw(span, mapped.system);
    return false;
  }

  #hasDriver(span: SpanState, system: string): boolean | undefined {
    if (span.parentSpanId === '') return this.#withoutParent.has(system);
    if (this.#withParent.has(system)) return true;
    const { driver } = span.scope;
    // A mapper waits for its driver, whose span has ended by now.
    if (driver === undefined || driver.system !== system || driver.startMs < span.startMs) return undefined;
    this.#withParent.add(system);
    return true;
  }

  #saw(span: SpanState, system: string): void {
    if (span.parentSpanId === '') this.#withoutParent.add(system);
    else if (!this.#withParent.has(system)) {
      const { scope, startMs } = span;
      // Below a parent in another process each span is a scope of its own: there is nothing to compare.
      if (span.isRoot) this.#withParent.add(system);
      else if (scope.driver?.system !== system) scope.driver = { system, startMs };
      else scope.driver.startMs = Math.max(scope.driver.startMs, startMs);
    }
  }

  /** Sums for what a mapper's span measured that is not known to be repeated. */
  keep(scope: Scope, system: string): PendingSums {
    scope.undecided ??= [];
    let kept = scope.undecided.find((one) => one.system === system);
    if (kept === undefined) scope.undecided.push((kept = { system, sums: new PendingSums(), spans: 0 }));
    kept.spans++;
    return kept.sums;
  }

  /** The scope is about to be committed: what is not known now to be repeated is counted. */
  decide(scope: Scope, counted: (spans: number) => void, repeated: (spans: number) => void): void {
    const { undecided } = scope;
    if (undecided === undefined) return;
    scope.undecided = undefined;
    for (const { system, sums, spans } of undecided) {
      if (this.#withParent.has(system)) repeated(spans);
      else {
        counted(spans);
        sums.moveTo(scope.pending);
      }
    }
  }
}
