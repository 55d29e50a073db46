/** One thing wrong with the configuration. */
export interface Problem {
  /** `code`, the name of a variable, or `file:line:column`. */
  readonly source: string;
  /** `rules[0].events[1].unit`, '' for the whole. */
  readonly path: string;
  /** What was found there, shortened. */
  readonly received: string;
  /** What holds there. */
  readonly rule: string;
  /** What to do about it. */
  readonly fix: string;
}

export type Path = readonly PropertyKey[];

export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}

const RECEIVED_CHARS = 80;

/** Fields whose text is not repeated in messages, which end up in logs. */
const SECRET = /header|auth|token|secret|passw|credential|api.?key|connection.?string/i;

/** Short text of what was found at `path`. Of maps only the keys are shown. Never throws. */
export function receivedText(value: unknown, path: Path = []): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (value !== null && path.some((part) => SECRET.test(String(part)))) return `a ${typeof value} (not shown)`;
  let text: string | undefined;
  try {
    text = plainText(value);
  } catch {
    text = `a value of type ${typeof value}`;
  }
  return text.length > RECEIVED_CHARS ? `${text.slice(0, RECEIVED_CHARS - 1).toWellFormed()}…` : text;
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, RECEIVED_CHARS));
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? `${value}n` : String(value);
  if (Array.isArray(value)) return `[${value.slice(0, 10).map(plainText).join(', ')}${value.length > 10 ? ', …' : ''}]`;
  return `a map of ${Object.keys(value).join(', ') || 'nothing'}`;
}

/** The known word closest to a misspelt one, if it is close. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const longer = known.filter((candidate) => word.length >= 3 && candidate.startsWith(word));
  if (longer.length > 0) return longer[0];
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** All problems as one text, for an error message or a terminal. */
export function formatProblems(problems: readonly Problem[]): string {
  const head = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ source, path, received, rule, fix }) => {
    const where = path === '' ? source : `${source}: ${path}`;
    return `  ${where}\n    received ${received}\n    rule     ${rule}\n    fix      ${fix}`;
  });
  return `configuration of otel-attribution has ${head}:\n${lines.join('\n')}`;
}
