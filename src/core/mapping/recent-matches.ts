/**
 * The last results per instrumentation. A span with the same attribute names, and the same values of what the rules read,
 * has the same result: to see that takes one pass over the span, and spares walking the questions of every rule
 * (340 → 100 ns for a pg span amid other work; bench/mapping.ts, bench/span.ts). That nothing matches is a result as
 * well: most INTERNAL spans are of that sort.
 */
import { ANY, AttributeShape } from './attribute-view.ts';
import type { Mapped, SpanFacts } from './types.ts';

const PER_SCOPE = 8;
const SCOPES_MAX = 256;
/** Beyond about 17 attributes V8 keeps them in a dictionary, where one pass costs more than the questions do. */
const KEYS_MAX = 16;
/** So many more entries made than found again, and this instrumentation's spans are too various to be remembered. */
const WASTED_MAX = 64;

interface Recent {
  readonly kind: number;
  /** `ANY` where no rule read it: handlers' and middleware's spans are named after routes. */
  readonly name: string | typeof ANY;
  readonly service: string;
  readonly shape: AttributeShape;
  /** Null: no rule matches. */
  readonly mapped: Mapped | null;
}

interface OfScope {
  readonly entries: Recent[];
  wasted: number;
}

export class RecentMatches {
  readonly #scopes = new Map<string, OfScope>();
  // Siblings come in a row: comparing a name with itself costs a tenth of finding it.
  #lastName: string | undefined;
  #last: OfScope | undefined;

  /** Null when a span like this is known to match nothing. Throws what a getter of the attributes throws. */
  find(span: SpanFacts): Mapped | null | undefined {
    const { scopeName, name, kind, service } = span;
    if (scopeName !== this.#lastName) {
      this.#last = this.#scopes.get(scopeName);
      this.#lastName = scopeName;
    }
    const scope = this.#last;
    if (scope === undefined) return undefined;
    const { entries } = scope;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (entry.kind !== kind || entry.service !== service || (entry.name !== ANY && entry.name !== name)) continue;
      if (!span.hasShape(entry.shape)) continue;
      if (i > 0) {
        entries[i] = entries[i - 1]!;
        entries[i - 1] = entry;
      }
      if (scope.wasted > 0) scope.wasted--;
      return entry.mapped;
    }
    return undefined;
  }

  /** Answers by `match` and, where it may come again, keeps the answer: what `match` reads is what it depends on. */
  remember(span: SpanFacts, match: (span: SpanFacts) => Mapped | undefined): Mapped | undefined {
    const scope = this.#ofScope(span.scopeName);
    if (scope === undefined) return match(span);
    if (scope.wasted > WASTED_MAX) {
      scope.entries.length = 0;
      return match(span);
    }
    scope.wasted++;
    const keys = span.attributeKeys();
    if (keys.length > KEYS_MAX) return match(span);
    const watched = new WatchedSpan(span);
    const mapped = match(watched);
    const values = keys.map((key) => (watched.read.has(key) ? span.attribute(key) : ANY));
    const { kind, service } = span;
    const name = watched.nameRead ? span.name : ANY;
    if (scope.entries.length >= PER_SCOPE) scope.entries.pop();
    const shape = new AttributeShape(keys, values);
    scope.entries.unshift({ kind, name, service, shape, mapped: mapped ?? null });
    return mapped;
  }

  #ofScope(name: string): OfScope | undefined {
    let scope = this.#scopes.get(name);
    if (scope === undefined && this.#scopes.size < SCOPES_MAX) {
      scope = { entries: [], wasted: 0 };
      this.#scopes.set(name, scope);
      this.#lastName = undefined;
    }
    return scope;
  }
}

/** Notes what is read. */
class WatchedSpan implements SpanFacts {
  readonly read = new Set<string>();
  nameRead = false;
  readonly kind: number;
  readonly service: string;
  readonly scopeName: string;
  readonly #span: SpanFacts;

  constructor(span: SpanFacts) {
    this.kind = span.kind;
    this.service = span.service;
    this.scopeName = span.scopeName;
    this.#span = span;
  }

  get name(): string {
    this.nameRead = true;
    return this.#span.name;
  }

  attribute(key: string): unknown {
    this.read.add(key);
    return this.#span.attribute(key);
  }

  attributeKeys(): never[] {
    return [];
  }

  hasShape(): boolean {
    return false;
  }
}
