/**
 * The book of what instrumentations patched, kept by whoever calls their patches. An instrumentation is as well as its
 * best module: that of pg patches pg and pg-pool, that of redis a package for each generation.
 */
import { isBuiltin } from 'node:module';
import type { Definition } from './definitions.ts';

export interface Patch {
  readonly instrumentation: string;
  readonly module: string;
  readonly version: string | undefined;
  /** Why it failed. */
  readonly error?: string;
  /** What the instrumentation was given; for an import of CommonJS the library itself. */
  readonly exports: unknown;
  /** It returned something else than it was given. */
  readonly replaced: boolean;
}

export interface Unpatched {
  readonly instrumentation: string;
  readonly module: string;
  /** `early`: loaded before the instrumentation. `version`: not supported. `failed`: the patch threw. */
  readonly why: 'early' | 'version' | 'failed';
  /** Version or error, where it is known. */
  readonly detail: string;
}

interface Claim {
  readonly definitions: Definition[];
  patched: boolean;
  error: string | undefined;
}

const claims = new Map<string, Claim>();
const listeners: ((patch: Patch) => void)[] = [];

export function claim(definition: Definition): void {
  const known = claims.get(definition.instrumentation);
  if (known !== undefined) known.definitions.push(definition);
  else claims.set(definition.instrumentation, { definitions: [definition], patched: false, error: undefined });
}

export function note(patch: Patch): void {
  const known = claims.get(patch.instrumentation);
  if (known !== undefined && patch.error === undefined) known.patched = true;
  else if (known !== undefined) known.error = patch.error;
  for (const listener of listeners) listener(patch);
}

/** For whoever looks from inside. */
export function onPatch(listener: (patch: Patch) => void): void {
  listeners.push(listener);
}

/** Instrumentations by name, with what they patch. */
export function claimed(): ReadonlyMap<string, readonly Definition[]> {
  return new Map([...claims].map(([name, { definitions }]) => [name, definitions]));
}

/** Instrumentations none of whose patches took although a module of theirs is among `loaded`, packages by name. */
export function unpatched(loaded: readonly string[]): Unpatched[] {
  return [...claims].flatMap(([instrumentation, { definitions, patched, error }]): Unpatched[] => {
    if (patched) return [];
    const names = [...new Set(definitions.map(({ module }) => module))].filter((name) => !isBuiltin(name));
    // Set on the definition whenever the hook sees the package, whatever its version.
    const seen = definitions.find(({ target }) => target.moduleVersion !== undefined);
    const module = seen?.module ?? names.find((name) => loaded.includes(name));
    if (module === undefined) return [];
    if (error !== undefined) return [{ instrumentation, module, why: 'failed', detail: error }];
    if (seen !== undefined) return [{ instrumentation, module, why: 'version', detail: seen.target.moduleVersion! }];
    return [{ instrumentation, module, why: 'early', detail: '' }];
  });
}

/** Modules of which no instrumentation patched one; undefined when one did. Those of Node.js itself do not count. */
export function unusedModules(): Set<string> | undefined {
  const modules = new Set<string>();
  for (const { definitions, patched } of claims.values()) {
    const names = definitions.map(({ module }) => module).filter((name) => !isBuiltin(name));
    if (patched && names.length > 0) return undefined;
    for (const name of names) modules.add(name);
  }
  return modules;
}
