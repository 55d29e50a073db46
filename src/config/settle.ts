import type { Options, SettledOf, ValuesOf } from './option.ts';

/** Defaults filled in. What is missing then has a meaning of its own that its declaration tells. */
export function settle<D extends Options>(options: D, given: ValuesOf<D>): SettledOf<D> {
  const settled: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(options)) {
    const value = (given as Record<string, unknown>)[name] ?? one.derive?.(settled) ?? one.default;
    if (value !== undefined) settled[name] = value;
  }
  return Object.freeze(settled) as SettledOf<D>;
}
