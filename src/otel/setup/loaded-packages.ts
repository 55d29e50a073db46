import { createRequire } from 'node:module';
import { definitionsOf } from './definitions.ts';

const PACKAGE = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)(?=[\\/])/g;

/** The package that a file or a URL belongs to. */
export function packageOf(file: string): string | undefined {
  return [...file.matchAll(PACKAGE)].at(-1)?.[1]?.replace('\\', '/');
}

/** Names of the packages loaded so far as CommonJS; ES modules leave no list to read. Sorted. */
export function loadedPackages(files: Iterable<string> = Object.keys(createRequire(import.meta.url).cache)): string[] {
  const names = new Set<string>();
  for (const file of files) {
    const name = packageOf(file);
    if (name !== undefined) names.add(name);
  }
  return [...names].sort();
}

/** Modules that an instrumentation patches; [] when this version keeps that elsewhere. */
export function patchedModules(instrumentations: readonly object[]): string[] {
  return [...new Set(definitionsOf(instrumentations).map(({ module }) => module))].sort();
}
