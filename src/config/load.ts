import { readFileSync } from 'node:fs';
import { AttributionError } from '../core/errors.ts';
import type { Checks } from './check.ts';
import { isExporter } from './component.ts';
import { CONFIG_FILE, type Env, slipsOf, variablesOf } from './env.ts';
import { lazily } from './lazy.ts';
import type { Options, ValuesOf } from './option.ts';
import { formatProblems } from './problem.ts';

/**
 * A configuration of the declared options. The checks need zod and yaml, which take longer to load than the rest of this
 * package: they are loaded only if there is something to check.
 */
export class Loader<D extends Options> {
  readonly #options: D;
  #checks: Checks<D> | undefined;

  constructor(options: D) {
    this.#options = options;
  }

  /**
   * Options of code, environment and the file of OTEL_ATTRIBUTION_CONFIG_FILE, merged (code wins over environment over
   * file), checked and frozen. Throws ATTR_CONFIG_INVALID with all problems at once.
   */
  load(fromCode: unknown, env: Env): ValuesOf<D> {
    const isEmpty = fromCode === undefined || isEmptyObject(fromCode);
    if (isEmpty && slipsOf(env).length === 0 && variablesOf(env).every((name) => saysNothing(name, env)))
      return Object.freeze({}) as ValuesOf<D>;
    const { options, problems } = this.checks().validateAll(fromCode, env);
    if (problems.length > 0) throw new AttributionError('ATTR_CONFIG_INVALID', formatProblems(problems));
    return freeze(options);
  }

  /**
   * As `load`, for a running application: a mistake costs the option it is in. `report` gets the text of all problems.
   * Never throws.
   */
  salvage(fromCode: unknown, env: Env, report: (problems: string) => void): ValuesOf<D> {
    try {
      return this.load(fromCode, env);
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    }
    try {
      const { salvage } = lazily<typeof import('./salvage.ts')>(import.meta.url, './salvage');
      return freeze(salvage(this.checks(), fromCode, env).options);
    } catch {
      return Object.freeze({}) as ValuesOf<D>;
    }
  }

  checks(): Checks<D> {
    this.#checks ??= new (lazily<typeof import('./check.ts')>(import.meta.url, './check').Checks)(this.#options);
    return this.#checks;
  }
}

function isEmptyObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Reflect.ownKeys(value).length === 0 && !Array.isArray(value);
}

/** What came out of the checks is our own copy, except exporter objects: those are the caller's and stay as they are. */
function freeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || isExporter(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/** A file of comments, as `init` writes it, is not worth loading a parser for. */
function saysNothing(variable: string, env: Env): boolean {
  if (variable !== CONFIG_FILE) return false;
  try {
    return readFileSync(env[CONFIG_FILE]!, 'utf8')
      .split('\n')
      .every((line) => /^\s*(?:#|$)/.test(line));
  } catch {
    return false;
  }
}
