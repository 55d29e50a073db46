import { createRequire } from 'node:module';

const PACKAGE = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)(?=[\\/])/g;

/** Names of the packages loaded so far as CommonJS; ES modules leave no list to read. Sorted. */
export function loadedPackages(files: Iterable<string> = Object.keys(createRequire(import.meta.url).cache)): string[] {
  const names = new Set<string>();
  for (const file of files) {
    const last = [...file.matchAll(PACKAGE)].at(-1)?.[1];
    if (last !== undefined) names.add(last.replace('\\', '/'));
  }
  return [...names].sort();
}

/** Modules that an instrumentation patches; [] when this version keeps that elsewhere. */
export function patchedModules(instrumentations: readonly object[]): string[] {
  const names = new Set<string>();
  for (const instrumentation of instrumentations) {
    const modules = (instrumentation as { _modules?: unknown })._modules;
    if (!Array.isArray(modules)) continue;
    for (const definition of modules as { name?: unknown }[]) {
      if (typeof definition?.name === 'string') names.add(definition.name);
    }
  }
  return [...names].sort();
}
