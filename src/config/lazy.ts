import { createRequire } from 'node:module';

/**
 * Loads a module of this package when it is needed: `lazily<typeof import('./x.ts')>(import.meta.url, './x')`.
 * Synchronously, because set-ups run before the first await of an application.
 */
export function lazily<T>(from: string, module: string): T {
  // From source the modules end in .ts, from the package in .js.
  const extension = from.endsWith('.ts') ? 'ts' : 'js';
  return createRequire(from)(`${module}.${extension}`) as T;
}
