import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { CONFIG_FILE, type Env, optionsFromEnv, variableOf } from './env.ts';
import { knownKeys } from './known-keys.ts';
import type { AttributionOptions } from './options.ts';
import { closest, type Path, type Problem, pathText, receivedText } from './problem.ts';
import { codeSchema, crossProblems, fileSchema } from './schema.ts';
import { definitions } from './table.ts';
import { parseYaml, type Yaml } from './yaml-file.ts';

export interface Validation {
  /** What is valid, merged: code wins over environment over file. Use it only without problems. */
  readonly options: AttributionOptions;
  readonly problems: readonly Problem[];
}

type Locate = (path: Path, key: boolean) => string;

/** Checks code, environment and the file it names, all at once. Never throws. */
export function validateAll(fromCode: unknown, env: Env): Validation {
  const problems: Problem[] = [];
  const file = env[CONFIG_FILE] ? validateFile(env[CONFIG_FILE]) : { options: {}, problems: [] };
  problems.push(...file.problems);

  const { options: fromEnv, problems: unread } = optionsFromEnv(env);
  problems.push(...unread);
  const environment = check(fileSchema, fromEnv, (path) => variableOf(String(path[0])) ?? 'environment', problems);

  const code = fromCode === undefined ? {} : check(codeSchema, fromCode, () => 'code', problems);
  const options = { ...file.options, ...environment, ...code };
  problems.push(...acrossFields(options, (name) => (Object.hasOwn(code, name) ? 'code' : 'options')));
  return { options, problems };
}

/** Checks one YAML (or JSON) file by itself, as `otel-attribution validate` does. Never throws. */
export function validateFile(path: string): Validation {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const fix =
      code === 'ENOENT'
        ? `create it, or correct ${CONFIG_FILE}; the path is relative to ${process.cwd()}`
        : 'make it a readable file';
    return {
      options: {},
      problems: [{ source: path, path: '', received: code, rule: 'must be a readable file', fix }],
    };
  }
  const { options, problems } = validateText(text, path);
  if (problems.length > 0) return { options, problems };
  return { options, problems: acrossFields(options, () => path) };
}

/** Checks the text of a file named `source`, without the checks across options. */
export function validateText(text: string, source: string): { options: AttributionOptions; problems: Problem[] } {
  const yaml = parseYaml(text, source);
  if (yaml.problems.length > 0) return { options: {}, problems: [...yaml.problems] };
  const problems: Problem[] = [];
  // An empty file, or one with nothing but comments, says nothing.
  const options = check(fileSchema, yaml.value ?? {}, locateIn(yaml, source), problems);
  return { options, problems };
}

function locateIn(yaml: Yaml, source: string): Locate {
  return (path, key) => {
    const at = yaml.locate(path, key);
    return at === undefined ? source : `${source}:${at.line}:${at.column}`;
  };
}

function acrossFields(options: AttributionOptions, sourceOf: (name: string) => string): Problem[] {
  return crossProblems(options).map(({ path, rule, fix }) => ({
    source: sourceOf(path[0]!),
    path: pathText(path),
    received: receivedText(options[path[0] as keyof AttributionOptions]),
    rule,
    fix,
  }));
}

/** Valid options, or {} with what is wrong added to `problems`. */
function check(
  schema: typeof fileSchema | typeof codeSchema,
  value: unknown,
  locate: Locate,
  problems: Problem[],
): AttributionOptions {
  let result: ReturnType<typeof schema.safeParse>;
  try {
    result = schema.safeParse(value);
  } catch (error) {
    const received = `${error instanceof Error ? error.message : String(error)} while reading it`;
    problems.push({
      source: locate([], false),
      path: '',
      received,
      rule: 'must be plain data',
      fix: 'pass a plain object',
    });
    return {};
  }
  if (result.success) {
    // `{ live: undefined }` says nothing: it must not hide what the environment says.
    return Object.fromEntries(Object.entries(result.data).filter(([, one]) => one !== undefined)) as AttributionOptions;
  }
  for (const issue of result.error.issues) report(issue, [], value, locate, problems);
  return {};
}

function report(issue: z.core.$ZodIssue, base: Path, root: unknown, locate: Locate, problems: Problem[]): void {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    for (const key of issue.keys) {
      const guess = closest(key, known);
      problems.push({
        source: locate([...path, key], true),
        path: pathText([...path, key]),
        received: receivedText(at(root, [...path, key]), [...path, key]),
        rule: 'no such option',
        fix: guess === undefined ? `remove it; known here are ${known.join(', ')}` : `did you mean ${guess}?`,
      });
    }
    return;
  }
  if (issue.code === 'invalid_union' && !isForeignExporter(path, at(root, path))) {
    // Where one alternative agrees on the kind of value, its own complaints say more than "none fits".
    const inside = issue.errors.filter((issues) => issues.length > 0 && issues.every(isInside));
    // Of several the one that knows all keys there.
    const inner = inside.find((issues) => !issues.some(hasUnknownKey)) ?? inside[0];
    if (inner !== undefined) {
      for (const one of inner) report(one, path, root, locate, problems);
      return;
    }
  }
  const received = at(root, path);
  problems.push({
    source: locate(path, false),
    path: pathText(path),
    received: receivedText(received, path),
    rule: ruleText(issue, path),
    fix: fixText(issue, path, received),
  });
}

/** Something that is meant as no exporter of ours: what our own would need says nothing about it. */
function isForeignExporter(path: Path, value: unknown): boolean {
  if (path[0] !== 'exporters' || path.length !== 2) return false;
  return (
    value === null ||
    typeof value !== 'object' ||
    !Object.keys(value).some((key) => closest(key, ['otlp', 'kusto']) !== undefined)
  );
}

function isInside(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 || ['unrecognized_keys', 'too_small', 'too_big', 'custom'].includes(issue.code);
}

function hasUnknownKey(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'unrecognized_keys' && issue.path.length === 0;
}

function at(root: unknown, path: Path): unknown {
  let value = root;
  try {
    for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  } catch {
    return undefined;
  }
  return value;
}

function ruleText(issue: z.core.$ZodIssue, path: Path): string {
  const option = definitions[path[0] as keyof typeof definitions];
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && at(undefined, path) === undefined && issue.message.endsWith('undefined')
        ? `is required: ${article(issue.expected)}`
        : `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return UNION_RULES.get(shape(path)) ?? `must be ${option?.type ?? 'something else'}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  if (type === 'object' || type === 'record') return 'a map';
  if (type === 'array') return 'a list';
  return `a ${type === 'int' ? 'whole number' : type}`;
}

/** A path with its indices and free names left out. */
function shape(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? '[]' : String(part)))
    .join('.')
    .replace(/(match\.attributes\.).*$/, '$1*');
}

const UNION_RULES: ReadonlyMap<string, string> = new Map([
  [
    'exporters.[]',
    "must be 'file', 'console', 'memory', {otlp: {...}}, {kusto: {...}} or, in code, an object with the methods of Exporter",
  ],
  [
    'exporters.[].kusto.auth',
    'must be default, az-cli, managed-identity, workload-identity, none, {managedIdentity: {clientId}}, {appKey: {...}}, {certificate: {...}} or, in code, {token: function}',
  ],
  ['rules.[].target', 'must be a template or a list of attribute names'],
  ['rules.[].match.kind', 'must be one of internal, server, client, producer, consumer, or a list of them'],
  ['rules.[].match.attributes.*', 'must be a value, {in: [...]}, {exists: true} or {like: "a*"}'],
  ['rules.[].events.[].value', "must be 'duration', 'point', a number or {attribute: ...}"],
]);

function fixText(issue: z.core.$ZodIssue, path: Path, received: unknown): string {
  if (issue.code === 'invalid_value' && typeof received === 'string') {
    const guess = closest(received, issue.values.map(String));
    if (guess !== undefined) return `did you mean ${guess}?`;
  }
  const option = String(path[0] ?? '');
  if (!Object.hasOwn(definitions, option)) return 'pass an object of options';
  const fix = FIXES.get(shape(path));
  if (path[0] === 'exporters' && fix !== undefined) return fix;
  if (path[0] === 'rules' && path.length > 1) return fix ?? `correct ${pathText(path)}; README has the schema of rules`;
  return `${option}: ${definitions[option as keyof typeof definitions].example}`;
}

const FIXES: ReadonlyMap<string, string> = new Map([
  [
    'exporters.[].kusto',
    'kusto: {cluster: https://mycluster.westeurope.kusto.windows.net, database: attribution} (or OTEL_ATTRIBUTION_KUSTO_CLUSTER, OTEL_ATTRIBUTION_KUSTO_DATABASE)',
  ],
  [
    'exporters.[].kusto.cluster',
    'cluster: https://mycluster.westeurope.kusto.windows.net (or OTEL_ATTRIBUTION_KUSTO_CLUSTER)',
  ],
  ['exporters.[].kusto.database', 'database: attribution (or OTEL_ATTRIBUTION_KUSTO_DATABASE)'],
  ['exporters.[].kusto.table', 'table: Attribution'],
  ['exporters.[].kusto.mode', 'mode: queued'],
  ['exporters.[].kusto.auth', 'auth: default'],
  ['exporters.[].kusto.timeoutMs', 'timeoutMs: 30000'],
  ['rules.[].name', 'name: billing'],
  ['rules.[].target', "target: 'redis://{server.address}/{db.namespace|=0}'"],
  ['rules.[].events', 'events: [{name: db.client.operation.duration, unit: s}]'],
  ['rules.[].events.[].unit', "unit: s (seconds), By (bytes), '{message}' or another UCUM unit"],
  ['rules.[].events.[].name', 'name: db.client.operation.duration'],
  ['rules.[].events.[].value', 'value: {attribute: db.response.returned_rows}'],
  ['rules.[].match.kind', 'kind: client'],
  ['rules.[].match.attributes.*', 'db.system.name: {in: [redis, valkey]}'],
]);
