/**
 * Loaded first by `doctor -- <command>`, as `--import .../inspect.js?to=<folder>`: writes what it sees in this process to
 * a file of that folder, again and again, until the process ends.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { types } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { bundledPackages } from '../../core/bundle-marks.ts';
import type { Inside, InsideInstrumentation } from '../../engine/inside.ts';
import { mainScript } from '../../engine/main-script.ts';
import { currentAttribution } from '../instance.ts';
import { isLauncher } from './launcher.ts';
import { loadedPackages, packageOf } from './loaded-packages.ts';
import { claimed, onPatch, unpatched } from './patches.ts';

const EVERY_MS = 250;
const BUNDLE_BYTES_MAX = 32 * 1024 * 1024;

interface Took {
  readonly module: string;
  readonly detail: string;
  took: boolean;
}

const folder = new URL(import.meta.url).searchParams.get('to');
if (folder !== null && isMainThread && !isLauncher(process.argv[1])) observe(folder);

function observe(to: string): void {
  // What --require has loaded before us counts as well.
  const packages = new Set(loadedPackages());
  /** Loaded by OpenTelemetry for itself, such as gRPC by its exporters. */
  const ours = new Set<string>();
  const isOurs = (by: string | undefined): boolean =>
    by !== undefined && (by.startsWith('@opentelemetry/') || (ours.has(by) && !packages.has(by)));
  const patches = new Map<string, Took>();
  module.registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const name = packageOf(resolved.url);
      const by = packageOf(context.parentURL ?? '');
      if (name !== undefined && name !== by) (isOurs(by) ? ours : packages).add(name);
      return resolved;
    },
  });
  onPatch((patch) => {
    if (patch.error !== undefined) return;
    const known = patches.get(patch.instrumentation);
    const took = patch.replaced || isMarked(patch.exports);
    if (known === undefined || (took && !known.took))
      patches.set(patch.instrumentation, { module: patch.module, detail: patch.version ?? '', took });
  });
  // Read while it is there: some tools remove what they ran.
  const bundled = bundleOf(mainScript());
  const file = join(to, `${process.pid}.json`);
  const write = (): void => {
    const attribution = currentAttribution();
    const resources = process.getActiveResourcesInfo();
    const inside: Inside = {
      pid: process.pid,
      script: mainScript() ?? '',
      attributed: attribution !== undefined && attribution.options.enabled !== false,
      spans: attribution?.tracker.spansSeen ?? 0,
      listens: resources.includes('TCPServerWrap') || resources.includes('PipeServerWrap'),
      connected: resources.includes('TCPSocketWrap'),
      packages: [...packages].sort(),
      instrumentations: instrumentationsOf(patches, [...packages]),
      ...(bundled !== undefined && { bundled }),
    };
    try {
      writeFileSync(`${file}.tmp`, JSON.stringify(inside));
      renameSync(`${file}.tmp`, file);
    } catch {
      // The folder is gone: nobody waits for it any more.
    }
  };
  // Attribution is set up by what is loaded next.
  setImmediate(write);
  setInterval(write, EVERY_MS).unref();
  process.on('exit', write);
}

function bundleOf(script: string | undefined): string[] | undefined {
  try {
    const text = readFileSync(script ?? '', 'utf8');
    return text.length > BUNDLE_BYTES_MAX ? undefined : bundledPackages(text);
  } catch {
    return undefined;
  }
}

function instrumentationsOf(patches: ReadonlyMap<string, Took>, packages: readonly string[]): InsideInstrumentation[] {
  const missed = new Map(unpatched(packages).map((one) => [one.instrumentation, one]));
  return [...claimed()].map(([name, definitions]): InsideInstrumentation => {
    const modules = [...new Set(definitions.map(({ module }) => module))];
    const done = patches.get(name);
    if (done !== undefined) return { name, modules, ...done, state: done.took ? 'patched' : 'unmarked' };
    const miss = missed.get(name);
    if (miss === undefined) return { name, modules, state: 'idle', module: '', detail: '' };
    return { name, modules, state: miss.why, module: miss.module, detail: miss.detail };
  });
}

/** Whether something in it is wrapped: a name, a method, or one of what hangs on these. */
function isMarked(exports: unknown, depth = 3): boolean {
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null || depth === 0) return false;
  if ((exports as { __wrapped?: unknown }).__wrapped === true) return true;
  // Some wrap the class that theirs is made of, as that of mysql2.
  const base: unknown = Object.getPrototypeOf(exports);
  if (base !== Object.prototype && base !== Function.prototype && isMarked(base, depth)) return true;
  const names = types.isProxy(exports) ? Object.keys(exports) : Object.getOwnPropertyNames(exports);
  return names.some((name) => {
    const value = Object.getOwnPropertyDescriptor(exports, name)?.value;
    return value !== exports && isMarked(value, depth - 1);
  });
}
