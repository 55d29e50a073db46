import type { Checks, Validation } from './check.ts';
import { CONFIG_FILE, type Env } from './env.ts';
import type { Options, ValuesOf } from './option.ts';
import type { Problem } from './problem.ts';

/** Each round leaves out what the last one complained about; a rule across options may complain only then. */
const ROUNDS = 5;

/**
 * What of the configuration can be used when some of it cannot: a wrong option is left out, a wrong rule alone, a
 * wrong variable, or the whole file if the mistake is in there. Returns all problems of the configuration as it came.
 */
export function salvage<D extends Options>(checks: Checks<D>, fromCode: unknown, env: Env): Validation<ValuesOf<D>> {
  const { options, problems } = checks.validateAll(fromCode, env);
  if (problems.length === 0) return { options, problems };
  let code = fromCode;
  let environment = env;
  let left = problems;
  for (let round = 0; round < ROUNDS; round++) {
    code = withoutProblems(code, left);
    environment = withoutSources(environment, left, checks);
    const rest = checks.validateAll(code, environment);
    if (rest.problems.length === 0) return { options: rest.options, problems };
    left = rest.problems;
  }
  return { options: {} as ValuesOf<D>, problems };
}

function withoutProblems(code: unknown, problems: readonly Problem[]): unknown {
  if (code === null || typeof code !== 'object' || Array.isArray(code)) return undefined;
  const inCode = problems.filter(({ source }) => source === 'code' || source === 'options');
  if (inCode.some(({ path }) => path === '')) return undefined;
  const rest = { ...code } as Record<string, unknown>;
  const wrongRules = new Set<number>();
  for (const { path } of inCode) {
    const rule = /^rules\[(\d+)\]/.exec(path);
    if (rule !== null) wrongRules.add(Number(rule[1]));
    else delete rest[nameOf(path)];
  }
  if (wrongRules.size > 0 && Array.isArray(rest.rules)) rest.rules = rest.rules.filter((_, i) => !wrongRules.has(i));
  return rest;
}

function withoutSources(env: Env, problems: readonly Problem[], checks: Checks<Options>): Env {
  const rest = { ...env };
  for (const { source, path } of problems) {
    if (source === 'code') continue;
    const variable = source === 'options' ? checks.variableOf(nameOf(path)) : source;
    // Also one that only looks like ours.
    if (variable !== undefined && Object.hasOwn(env, variable)) delete rest[variable];
    else delete rest[CONFIG_FILE];
  }
  return rest;
}

/** Option that a path begins with. */
function nameOf(path: string): string {
  const [, quoted, plain] = /^(?:\["(.*?)"\]|([\w$]+))/.exec(path) ?? [];
  return quoted ?? plain ?? path;
}
