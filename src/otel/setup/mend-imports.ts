/**
 * Instrumentations under the loader hook. An ES module that imports a CommonJS library, or a module of Node.js, meets a
 * copy of its names with the library itself as `default`. Many instrumentations patch only the copy: the default import
 * stays as it was (mysql, grpc), or breaks, when the library is the one function it exports (connect, memcached). Here
 * they are handed the library itself, as by `require`, and the copy gets what came of it.
 */
import { types } from 'node:util';
import { type Definition, definitionsOf, type PatchTarget } from './definitions.ts';
import { claim, note } from './patches.ts';

type Exports = Record<string, unknown>;

/** Said when a patch failed: the library is there, as if it had no instrumentation. */
export type Tell = (message: string) => void;

const mended = new WeakSet<PatchTarget>();

/** In place, each once; the libraries may be loaded afterwards only. */
export function mendInstrumentations(instrumentations: readonly unknown[], tell: Tell): void {
  for (const definition of definitionsOf(instrumentations)) {
    if (mended.has(definition.target)) continue;
    mended.add(definition.target);
    claim(definition);
    mend(definition, tell);
  }
}

function mend({ instrumentation, module, target }: Definition, tell: Tell): void {
  const { patch, unpatch } = target;
  if (typeof patch !== 'function') return;
  /** Whoever imports a library and requires it as well gets one patch. */
  let done = new WeakMap<object, unknown>();
  const patchOnce = (exports: unknown, version: string | undefined): unknown => {
    if (!isObject(exports)) return patch.call(target, exports, version);
    if (!done.has(exports)) done.set(exports, patch.call(target, exports, version));
    return done.get(exports);
  };
  target.patch = (exports, version) => {
    const library = libraryBehind(exports);
    const outcome = { instrumentation, module, version };
    try {
      const patched = patchOnce(library ?? exports, version);
      note({ ...outcome, exports: patched, replaced: patched !== undefined && patched !== (library ?? exports) });
      if (library === undefined) return patched;
      handOn(exports as Exports, patched);
    } catch (error) {
      const message = String((error as Error)?.message ?? error);
      note({ ...outcome, exports, replaced: false, error: message });
      tell(`${instrumentation} cannot patch ${target.name}, whose calls are not seen: ${message}`);
    }
    return exports;
  };
  if (typeof unpatch !== 'function') return;
  target.unpatch = (exports, version) => {
    done = new WeakMap();
    return unpatch.call(target, libraryBehind(exports) ?? exports, version);
  };
}

/** The library whose names the namespace copies; undefined where that is not so, as for an ES module. */
function libraryBehind(exports: unknown): Exports | undefined {
  // The hook hands out proxies; `require` gives the library.
  if (!types.isProxy(exports) || (exports as Exports)[Symbol.toStringTag as never] !== 'Module') return undefined;
  const namespace = exports as Exports;
  const library = namespace.default;
  if (!isObject(library)) return undefined;
  const isCopy = (name: string): boolean => {
    const property = propertyOf(library, name);
    // Some getters warn of their deprecation when they are read.
    if (property === undefined || property.get !== undefined) return property !== undefined;
    // Names of Node.js's own modules are older than a patch by `require`.
    return Object.is(property.value, namespace[name]) || property.value?.__original === namespace[name];
  };
  return namesOf(namespace).every(isCopy) ? library : undefined;
}

/** Own or inherited: some libraries export an instance. */
function propertyOf(library: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = library; at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property;
  }
  return undefined;
}

function handOn(namespace: Exports, patched: unknown): void {
  if (!isObject(patched)) return;
  for (const name of namesOf(namespace)) {
    const value = propertyOf(patched, name)?.value;
    if (value !== undefined && value !== namespace[name]) namespace[name] = value;
  }
  for (const whole of WHOLE) if (Object.hasOwn(namespace, whole)) namespace[whole] = patched;
}

/** Names under which a namespace has the whole library. */
const WHOLE = ['default', 'module.exports'];

const namesOf = (namespace: Exports): string[] => Object.keys(namespace).filter((name) => !WHOLE.includes(name));

const isObject = (value: unknown): value is Exports =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
