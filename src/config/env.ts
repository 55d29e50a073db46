import { kustoFromEnv, kustoVariables } from './kusto-env.ts';
import { closest, type Problem, receivedText } from './problem.ts';
import { definitions, type EnvKind } from './table.ts';

export const PREFIX = 'OTEL_ATTRIBUTION_';
export const CONFIG_FILE = 'OTEL_ATTRIBUTION_CONFIG_FILE';

export type Env = Readonly<Record<string, string | undefined>>;

const byVariable = new Map(
  Object.entries(definitions).flatMap(([option, { env }]) =>
    env === undefined ? [] : [[env[0], { option, kind: env[1] }] as const],
  ),
);

/** Names of the variables that are set; an empty one counts as not set, as everywhere in OpenTelemetry. */
export function variablesOf(env: Env): string[] {
  return Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name] !== undefined && env[name] !== '');
}

/** Options from variables. What cannot be read is a problem; the schema checks the rest. */
export function optionsFromEnv(env: Env): { options: Record<string, unknown>; problems: Problem[] } {
  const options: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const name of variablesOf(env)) {
    if (name === CONFIG_FILE || Object.hasOwn(kustoVariables, name)) continue;
    const text = env[name]!;
    const known = byVariable.get(name);
    if (known === undefined) {
      const names = [CONFIG_FILE, ...byVariable.keys(), ...Object.keys(kustoVariables)];
      // Without the prefix, which all of them share and which would make any two of them look alike.
      const guess = closest(
        name.slice(PREFIX.length),
        names.map((one) => one.slice(PREFIX.length)),
      );
      problems.push({
        source: name,
        path: '',
        received: receivedText(text),
        rule: 'no such variable',
        fix: guess === undefined ? `remove it; known are ${names.join(', ')}` : `did you mean ${PREFIX}${guess}?`,
      });
      continue;
    }
    const value = parse(known.kind, text, env);
    if (value !== undefined) options[known.option] = value;
    else {
      problems.push({
        source: name,
        path: '',
        received: receivedText(text),
        rule: known.kind === 'boolean' ? 'must be true or false' : 'must be a number',
        fix: `${name}=${definitions[known.option as keyof typeof definitions].example}`,
      });
    }
  }
  return { options, problems };
}

/** The variable behind an option, for messages. */
export function variableOf(option: string): string | undefined {
  return Object.hasOwn(definitions, option) ? definitions[option as keyof typeof definitions].env?.[0] : undefined;
}

function parse(kind: EnvKind, raw: string, env: Env): unknown {
  const text = raw.trim();
  switch (kind) {
    case 'boolean':
      return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined;
    case 'number':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'text':
      return text;
    case 'list':
      return words(text);
    case 'exporters':
      return words(text).map((word) => {
        if (word === 'otlp') return { otlp: {} };
        return word === 'kusto' ? { kusto: kustoFromEnv(env) } : word;
      });
  }
}

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
