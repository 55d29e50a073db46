/** From environment variables to options, unchecked: the schema does the rest. */
import { CONFIG_FILE, type Env, PREFIX, slipsOf, variablesOf } from './env.ts';
import type { Options, Reading } from './option.ts';
import { closest, type Problem, receivedText } from './problem.ts';

/** What cannot be read is a problem. */
export function readEnv(options: Options, env: Env): { options: Record<string, unknown>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const own = new Map(
    Object.entries(options).flatMap(([name, { env: variable, example }]) =>
      variable === undefined ? [] : [[variable.name, { name, read: variable.read, example }] as const],
    ),
  );
  const further = Object.values(options).flatMap(({ furtherVariables = [] }) => furtherVariables);
  // Without the prefix, which all of them share and which would make any two of them look alike.
  const names = [CONFIG_FILE, ...own.keys(), ...further].map((name) => name.slice(PREFIX.length));
  for (const { variable, word, rest } of slipsOf(env)) {
    const meant = closest(word, ['ATTRIBUTION']) && closest(rest.toUpperCase(), names);
    if (meant !== undefined) problems.push(unknownVariable(variable, env[variable]!, names, meant));
  }
  for (const variable of variablesOf(env)) {
    if (variable === CONFIG_FILE || further.includes(variable)) continue;
    const text = env[variable]!;
    const known = own.get(variable);
    if (known === undefined) {
      problems.push(unknownVariable(variable, text, names, closest(variable.slice(PREFIX.length), names)));
      continue;
    }
    const value = read(known.read, text, env);
    if (value !== undefined) values[known.name] = value;
    else {
      problems.push({
        source: variable,
        path: '',
        received: receivedText(text),
        rule: known.read === 'boolean' ? 'must be true or false' : 'must be a number',
        fix: `${variable}=${known.example}`,
      });
    }
  }
  return { options: values, problems };
}

/** Options that belong to something and are read where that is chosen. What cannot be read stays text for the schema to refuse. */
export function readParts(options: Options, env: Env): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, { env: variable }] of Object.entries(options)) {
    const text = variable && env[variable.name]?.trim();
    if (variable !== undefined && text) values[name] = read(variable.read, text, env) ?? text;
  }
  return values;
}

export function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function read(reading: Reading, raw: string, env: Env): unknown {
  const text = raw.trim();
  switch (reading) {
    case 'boolean':
      return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined;
    case 'number':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'text':
      return text;
    case 'list':
      return words(text);
    default:
      return reading(text, env);
  }
}

function unknownVariable(variable: string, text: string, names: readonly string[], meant: string | undefined): Problem {
  const all = names.map((name) => PREFIX + name).join(', ');
  return {
    source: variable,
    path: '',
    received: receivedText(text),
    rule: 'no such variable',
    fix: meant === undefined ? `remove it; known are ${all}` : `did you mean ${PREFIX}${meant}?`,
  };
}
