/** Checks of a configuration against the declared options. Loads zod and yaml: load.ts brings it when there is something to check. */
import { readFileSync } from 'node:fs';
import { type ZodType, z } from 'zod';
import { CONFIG_FILE, type Env } from './env.ts';
import { Issues, type Locate } from './issues.ts';
import type { Options, Source, Values, ValuesOf } from './option.ts';
import { type Problem, pathText, receivedText } from './problem.ts';
import { readEnv } from './read-env.ts';
import { objectSchema } from './schema.ts';
import { settle } from './settle.ts';
import { parseYaml, type Yaml } from './yaml-file.ts';

export interface Validation<V> {
  /** What is valid, merged: code wins over environment over file. Use it only without problems. */
  readonly options: V;
  readonly problems: readonly Problem[];
}

export class Checks<D extends Options> {
  readonly #options: D;
  readonly #schemas: Readonly<Record<Source, ZodType>>;
  readonly #issues: Issues;

  constructor(options: D) {
    this.#options = options;
    this.#schemas = { file: objectSchema(z, options, 'file'), code: objectSchema(z, options, 'code') };
    this.#issues = new Issues(options, this.#schemas.code);
  }

  /** Checks code, environment and the file it names, all at once. Never throws. */
  validateAll(fromCode: unknown, env: Env): Validation<ValuesOf<D>> {
    const file = env[CONFIG_FILE] ? this.validateFile(env[CONFIG_FILE]) : undefined;
    const { options: read, problems: unread } = readEnv(this.#options, env);
    const environment = this.#check('file', read, (path) => this.variableOf(String(path[0])) ?? 'environment');
    const code = this.#check('code', fromCode === undefined ? {} : fromCode, () => 'code');
    const options = { ...file?.options, ...environment.options, ...code.options };
    const across = this.#conflicts(options, (name) => (Object.hasOwn(code.options, name) ? 'code' : 'options'));
    const problems = [file?.problems ?? [], unread, environment.problems, code.problems, across].flat();
    return { options, problems };
  }

  /** Checks one YAML (or JSON) file by itself, as `otel-attribution validate` does. Never throws. */
  validateFile(path: string): Validation<ValuesOf<D>> {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      return { options: {} as ValuesOf<D>, problems: [unreadable(path, error as NodeJS.ErrnoException)] };
    }
    const { options, problems } = this.validateText(text, path);
    if (problems.length > 0) return { options, problems };
    return { options, problems: this.#conflicts(options, () => path) };
  }

  /** Checks the text of a file named `source`, without the checks across options. */
  validateText(text: string, source: string): Validation<ValuesOf<D>> {
    const yaml = parseYaml(text, source);
    if (yaml.problems.length > 0) return { options: {} as ValuesOf<D>, problems: yaml.problems };
    // An empty file, or one with nothing but comments, says nothing.
    const checked = this.#check('file', yaml.value ?? {}, locateIn(yaml, source));
    return { ...checked, problems: checked.problems.toSorted(byPlace) };
  }

  /** JSON Schema of the file, for editors. */
  jsonSchema(): Record<string, unknown> {
    const schema = z.toJSONSchema(this.#schemas.file, { target: 'draft-2020-12', unrepresentable: 'any' });
    return { ...schema, title: 'Options of otel-attribution' };
  }

  /** The variable behind an option, for messages. */
  variableOf(option: string): string | undefined {
    return Object.hasOwn(this.#options, option) ? this.#options[option]!.env?.name : undefined;
  }

  /** Valid options, or none and what is wrong. */
  #check(source: Source, value: unknown, locate: Locate): Validation<ValuesOf<D>> {
    let result: z.ZodSafeParseResult<unknown>;
    try {
      result = this.#schemas[source].safeParse(value);
    } catch (error) {
      return { options: {} as ValuesOf<D>, problems: [noData(error, locate([], false))] };
    }
    if (!result.success) {
      const problems = this.#issues.problemsOf(result.error.issues, value, locate);
      return { options: {} as ValuesOf<D>, problems };
    }
    // `{ live: undefined }` says nothing: it must not hide what the environment says.
    const said = Object.entries(result.data as object).filter(([, one]) => one !== undefined);
    return { options: Object.fromEntries(said) as ValuesOf<D>, problems: [] };
  }

  /** Checks over several options, on what is left after merging. */
  #conflicts(given: ValuesOf<D>, sourceOf: (name: string) => string): Problem[] {
    const settled = settle(this.#options, given);
    return Object.entries(this.#options).flatMap(([name, option]) => {
      const value = (given as Values)[name];
      const conflict = value === undefined ? undefined : option.conflict?.(value, settled);
      if (conflict === undefined) return [];
      return [{ source: sourceOf(name), path: pathText([name]), received: receivedText(value), ...conflict }];
    });
  }
}

/** As one reads the file. */
function byPlace(a: Problem, b: Problem): number {
  const [lineA, columnA] = placeOf(a);
  const [lineB, columnB] = placeOf(b);
  return lineA - lineB || columnA - columnB;
}

function placeOf({ source }: Problem): [line: number, column: number] {
  const [, line, column] = /:(\d+):(\d+)$/.exec(source) ?? [];
  return [Number(line ?? 0), Number(column ?? 0)];
}

function locateIn(yaml: Yaml, source: string): Locate {
  return (path, key) => {
    const at = yaml.locate(path, key);
    return at === undefined ? source : `${source}:${at.line}:${at.column}`;
  };
}

function unreadable(path: string, { code = 'unknown error' }: NodeJS.ErrnoException): Problem {
  const fix =
    code === 'ENOENT'
      ? `create it, or correct ${CONFIG_FILE}; the path is relative to ${process.cwd()}`
      : 'make it a readable file';
  return { source: path, path: '', received: code, rule: 'must be a readable file', fix };
}

/** Getters of the caller's object may throw, and proxies may do anything. */
function noData(error: unknown, source: string): Problem {
  const received = `${error instanceof Error ? error.message : String(error)} while reading it`;
  return { source, path: '', received, rule: 'must be plain data', fix: 'pass a plain object' };
}
