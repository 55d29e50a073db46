/**
 * The last results per instrumentation. A span with the same attribute names, and the same values of what the rules read,
 * has the same result: to see that takes one pass over the span, and spares walking the questions of every rule
 * (340 → 100 ns for a pg span amid other work; bench/mapping.ts, bench/span.ts). That nothing matches is a result as
 * well: most INTERNAL spans are of that sort.
 */
import { AttributeShape } from './attribute-view.ts';
import type { Facts } from './slot.ts';
import type { Mapped, SpanFacts } from './types.ts';

const PER_SCOPE = 8;
const SCOPES_MAX = 256;
/** Beyond about 17 attributes V8 keeps them in a dictionary, where one pass costs more than the questions do. */
const KEYS_MAX = 16;
/** So many more entries made than found again, and this instrumentation's spans are too various to be remembered. */
const WASTED_MAX = 64;

interface Recent {
  readonly kind: number;
  /** Undefined where no rule read it: handlers' and middleware's spans are named after routes. */
  readonly name: string | undefined;
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
      if (entry.kind !== kind || entry.service !== service) continue;
      if ((entry.name !== undefined && entry.name !== name) || !span.hasShape(entry.shape)) continue;
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
  remember(span: SpanFacts, match: (facts: Facts) => Mapped | undefined): Mapped | undefined {
    const keys = span.attributeKeys();
    const scope = keys.length > KEYS_MAX ? undefined : this.#ofScope(span.scopeName);
    if (scope === undefined) return match(span);
    const watched = new WatchedSpan(span);
    const mapped = match(watched);
    const compared = keys.map((key) => watched.read.has(key));
    const values = keys.map((key, i) => (compared[i] ? span.attribute(key) : undefined));
    if (!values.every(isComparable)) return mapped;
    const { kind, service } = span;
    const name = watched.nameRead ? span.name : undefined;
    if (scope.entries.length >= PER_SCOPE) scope.entries.pop();
    scope.entries.unshift({
      kind,
      name,
      service,
      shape: new AttributeShape(keys, compared, values),
      mapped: mapped ?? null,
    });
    scope.wasted++;
    return mapped;
  }

  /** Undefined where remembering is in vain. */
  #ofScope(name: string): OfScope | undefined {
    let scope = this.#scopes.get(name);
    if (scope === undefined) {
      if (this.#scopes.size >= SCOPES_MAX) return undefined;
      scope = { entries: [], wasted: 0 };
      this.#scopes.set(name, scope);
      this.#lastName = undefined;
    }
    if (scope.wasted <= WASTED_MAX) return scope;
    scope.entries.length = 0;
    return undefined;
  }
}

/** A list is another one in each span, or the same with other content; NaN is never the same. */
function isComparable(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && !Number.isNaN(value);
}

/** Notes what is read. */
class WatchedSpan implements Facts {
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
}
