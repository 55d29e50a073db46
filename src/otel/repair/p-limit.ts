import { inThisContext } from './bind-callback.ts';
import { type Exports, mainExport, replaceMain } from './exported.ts';

const REPAIRED = Symbol.for('otel-attribution repaired');

type Fn = (this: unknown, ...args: unknown[]) => unknown;
type Factory = ((...args: unknown[]) => Fn) & { [REPAIRED]?: true; default?: unknown };

/**
 * `p-limit` before 5 starts a function that had to wait in the context of the one that ended before. Makes it run in
 * the context that asked for it. @returns the repaired exports; undefined when their shape is not known.
 */
export function repairPLimit(exports: Exports): Exports | undefined {
  const original = mainExport(exports) as Factory | undefined;
  if (typeof original !== 'function') return undefined;
  if (original[REPAIRED] === true) return exports;
  const replacement: Factory = function (this: unknown, ...args) {
    const limit = original.apply(this, args);
    const bound: Fn = (work, ...rest) => limit(typeof work === 'function' ? inThisContext(work as Fn) : work, ...rest);
    // `activeCount`, `pendingCount`, `clearQueue`.
    return Object.defineProperties(bound, Object.getOwnPropertyDescriptors(limit));
  };
  Object.assign(replacement, original, { [REPAIRED]: true });
  if (replacement.default === original) replacement.default = replacement;
  return replaceMain(exports, original, replacement);
}
