/**
 * The last results per instrumentation. A span of the same name with the same attribute names, and the same values of
 * those that the rules read, has the same result: to see that takes one pass over the span, and spares walking the
 * questions of every rule (340 → 100 ns for a pg span amid other work; bench/mapping.ts, bench/span.ts).
 */
import type { Mapped, SpanFacts } from './types.ts';

const PER_SCOPE = 8;
const SCOPES_MAX = 256;
/** Beyond about 17 attributes V8 keeps them in a dictionary, where one pass costs more than the questions do. */
const KEYS_MAX = 16;
/** So many more entries made than found again, and this instrumentation's spans are too various to be remembered. */
const WASTED_MAX = 64;

interface Recent {
  readonly kind: number;
  readonly name: string;
  readonly service: string;
  readonly keys: readonly string[];
  /** Value of each key, or IGNORED where no rule read it. */
  readonly values: readonly unknown[];
  readonly mapped: Mapped;
}

interface OfScope {
  readonly entries: Recent[];
  wasted: number;
}

const IGNORED = Symbol('ignored');

export class RecentMatches {
  readonly #scopes = new Map<string, OfScope>();

  /** Throws what a getter of the attributes throws. */
  find(span: SpanFacts): Mapped | undefined {
    const scope = this.#scopes.get(span.scopeName);
    if (scope === undefined) return undefined;
    const { entries } = scope;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (entry.name !== span.name || entry.kind !== span.kind || entry.service !== span.service) continue;
      if (!isSame(entry, span.attributes)) continue;
      if (i > 0) {
        entries[i] = entries[i - 1]!;
        entries[i - 1] = entry;
      }
      if (scope.wasted > 0) scope.wasted--;
      return entry.mapped;
    }
    return undefined;
  }

  /** `match` answers for the span given to it; what it reads of the attributes is what the result depends on. */
  remember(span: SpanFacts, mapped: Mapped, match: (watched: SpanFacts) => unknown): void {
    let scope = this.#scopes.get(span.scopeName);
    if (scope === undefined) {
      if (this.#scopes.size >= SCOPES_MAX) return;
      scope = { entries: [], wasted: 0 };
      this.#scopes.set(span.scopeName, scope);
    }
    if (scope.wasted > WASTED_MAX) {
      scope.entries.length = 0;
      return;
    }
    scope.wasted++;
    const read = new Set<string>();
    const attributes = new Proxy(span.attributes, {
      get(target, name) {
        if (typeof name === 'string') read.add(name);
        return Reflect.get(target, name);
      },
    });
    const { kind, name, service, scopeName } = span;
    match({ kind, name, service, scopeName, attributes });
    const keys: string[] = [];
    const values: unknown[] = [];
    for (const key in span.attributes) {
      keys.push(key);
      values.push(read.has(key) ? span.attributes[key] : IGNORED);
    }
    if (keys.length > KEYS_MAX) return;
    if (scope.entries.length >= PER_SCOPE) scope.entries.pop();
    scope.entries.unshift({ kind, name, service, keys, values, mapped });
  }
}

function isSame(entry: Recent, attributes: Readonly<Record<string, unknown>>): boolean {
  const { keys, values } = entry;
  let i = 0;
  for (const key in attributes) {
    if (key !== keys[i]) return false;
    const value = values[i];
    if (value !== IGNORED && value !== attributes[key]) return false;
    i++;
  }
  return i === keys.length;
}
