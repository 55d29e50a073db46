/** From what zod found to problems that say what holds there and what to do. */
import type { ZodType, z } from 'zod';
import { knownKeys } from './known-keys.ts';
import type { Options, Texts } from './option.ts';
import { closest, type Path, type Problem, pathText, receivedText } from './problem.ts';

export type Locate = (path: Path, key: boolean) => string;
type Issue = z.core.$ZodIssue;

export class Issues {
  readonly #options: Options;
  readonly #schema: ZodType;

  /** `schema` knows every key that may be meant, also those that not every source may use. */
  constructor(options: Options, schema: ZodType) {
    this.#options = options;
    this.#schema = schema;
  }

  problemsOf(issues: readonly Issue[], root: unknown, locate: Locate): Problem[] {
    return issues.flatMap((issue) => this.#problems(issue, [], root, locate));
  }

  #problems(issue: Issue, base: Path, root: unknown, locate: Locate): Problem[] {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(this.#schema, path);
      return issue.keys.map((key) => unknownKey([...path, key], known, root, locate));
    }
    const received = at(root, path);
    const texts = this.#textsAt(path);
    if (issue.code === 'invalid_union' && !texts.isForeign?.(received)) {
      // Where one alternative agrees on the kind of value, its own complaints say more than "none fits".
      const inside = issue.errors.filter((issues) => issues.length > 0 && issues.every(isInside));
      // Of several the one that knows all keys there.
      const inner = inside.find((issues) => !issues.some(hasUnknownKey)) ?? inside[0];
      if (inner !== undefined) return inner.flatMap((one) => this.#problems(one, path, root, locate));
    }
    return [
      {
        source: locate(path, false),
        path: pathText(path),
        received: receivedText(received, path),
        rule: ruleText(issue, texts),
        fix: fixText(issue, path, received, texts),
      },
    ];
  }

  /** What the declarations say of the value at `path`: of itself, else of what it is part of. */
  #textsAt(path: Path): Texts {
    const name = String(path[0] ?? '');
    if (!Object.hasOwn(this.#options, name)) return { fix: 'pass an object of options' };
    const { type, example, within = {} } = this.#options[name]!;
    return {
      type,
      ...(example !== undefined && { fix: `${name}: ${example}` }),
      ...textsWithin(within, path.slice(1)),
    };
  }
}

function textsWithin(within: Readonly<Record<string, Texts>>, path: Path): Texts {
  const shape = path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.');
  const all = Object.keys(within)
    .filter((key) => key.endsWith('*') && shape.startsWith(key.slice(0, -1)))
    .sort((a, b) => a.length - b.length);
  return Object.assign({}, ...all.map((key) => within[key]), within[shape]);
}

function unknownKey(path: Path, known: readonly string[], root: unknown, locate: Locate): Problem {
  const guess = closest(String(path.at(-1)), known);
  return {
    source: locate(path, true),
    path: pathText(path),
    received: receivedText(at(root, path), path),
    rule: 'no such option',
    fix: guess === undefined ? `remove it; known here are ${known.join(', ')}` : `did you mean ${guess}?`,
  };
}

function isInside(issue: Issue): boolean {
  return issue.path.length > 0 || ['unrecognized_keys', 'too_small', 'too_big', 'custom'].includes(issue.code);
}

function hasUnknownKey(issue: Issue): boolean {
  return issue.code === 'unrecognized_keys' && issue.path.length === 0;
}

function ruleText(issue: Issue, { type }: Texts): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.endsWith('undefined')
        ? `is required: ${article(issue.expected)}`
        : `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return `must be ${type ?? 'something else'}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  if (type === 'object' || type === 'record') return 'a map';
  if (type === 'array') return 'a list';
  return `a ${type === 'int' ? 'whole number' : type}`;
}

function fixText(issue: Issue, path: Path, received: unknown, { fix = '' }: Texts): string {
  if (issue.code === 'invalid_value' && typeof received === 'string') {
    const guess = closest(received, issue.values.map(String));
    if (guess !== undefined) return `did you mean ${guess}?`;
  }
  return typeof fix === 'string' ? fix : fix(pathText(path));
}

/** The value at `path`; getters may throw. */
function at(root: unknown, path: Path): unknown {
  let value = root;
  try {
    for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  } catch {
    return undefined;
  }
  return value;
}
