import { createRequire } from 'node:module';
import { AttributionError } from '../core/errors.ts';
import { type Env, variablesOf } from './env.ts';
import type { AttributionOptions } from './options.ts';
import { formatProblems } from './problem.ts';

/**
 * Options of code, environment and the file of OTEL_ATTRIBUTION_CONFIG_FILE, merged (code wins over environment over
 * file), checked and frozen. Throws ATTR_CONFIG_INVALID with all problems at once.
 *
 * The checks need zod and yaml, which take longer to load than the rest of this package: they are loaded here, and only
 * if there is something to check.
 */
export function loadOptions(fromCode?: unknown, env: Env = process.env): AttributionOptions {
  const isEmpty = fromCode === undefined || isEmptyObject(fromCode);
  if (isEmpty && variablesOf(env).length === 0) return Object.freeze({});
  const { options, problems } = validation().validateAll(fromCode, env);
  if (problems.length > 0) throw new AttributionError('ATTR_CONFIG_INVALID', formatProblems(problems));
  return freeze(options);
}

/**
 * As `loadOptions`, for a running application: a mistake costs the option it is in. `report` gets the text of all
 * problems. Never throws.
 */
export function usableOptions(
  fromCode: unknown,
  report: (problems: string) => void,
  env: Env = process.env,
): AttributionOptions {
  try {
    return loadOptions(fromCode, env);
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
  }
  try {
    return freeze(load<typeof import('./salvage.ts')>('salvage').salvage(fromCode, env).options);
  } catch {
    return Object.freeze({});
  }
}

/** Loaded synchronously: `withAttribution` and `register` run before the first await of an application. */
export function validation(): typeof import('./validate.ts') {
  return load<typeof import('./validate.ts')>('validate');
}

function load<T>(name: string): T {
  // From source the modules end in .ts, from the package in .js.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return createRequire(import.meta.url)(`./${name}.${extension}`) as T;
}

function isEmptyObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Reflect.ownKeys(value).length === 0 && !Array.isArray(value);
}

/** What came out of the checks is our own copy, except exporter objects: those are the caller's and stay as they are. */
function freeze(options: AttributionOptions): AttributionOptions {
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'exporters') freezeDeep(value);
    else for (const one of Object.freeze(value) as readonly object[]) if (isPlain(one)) freezeDeep(one);
  }
  return Object.freeze(options);
}

function isPlain(one: object): boolean {
  return Object.hasOwn(one, 'otlp') || Object.hasOwn(one, 'kusto');
}

function freezeDeep(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  for (const inner of Object.values(value)) freezeDeep(inner);
  Object.freeze(value);
}
