import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Path, Problem } from './problem.ts';

export interface Yaml {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands (or its key), counted from 1; the nearest container when it is absent. */
  locate(path: Path, key: boolean): { line: number; column: number } | undefined;
}

/** Parses the text of a file; JSON is YAML. Aliases are bounded by the parser. */
export function parseYaml(text: string, source: string): Yaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const position = (offset: number | undefined) => {
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = document.errors.map((error): Problem => {
    const at = position(error.pos[0]);
    return {
      source: at === undefined ? source : `${source}:${at.line}:${at.column}`,
      path: '',
      received: JSON.stringify(text.slice(error.pos[0], Math.min(error.pos[1], error.pos[0] + 40))),
      rule: `must be YAML: ${error.message}`,
      fix: 'correct the line',
    };
  });
  let value: unknown;
  try {
    value = problems.length > 0 ? undefined : document.toJS();
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    problems.push({ source, path: '', received, rule: 'must be YAML that can be resolved', fix: 'remove the aliases' });
  }
  return {
    value,
    problems,
    locate(path, key) {
      return position(offsetOf(document.contents, path, key));
    },
  };
}

function offsetOf(root: unknown, path: Path, key: boolean): number | undefined {
  let node = root as Node | null | undefined;
  let offset = node?.range?.[0];
  for (let i = 0; i < path.length; i++) {
    const part = path[i]!;
    if (isMap(node)) {
      const pair = node.items.find((item) => String((item.key as { value?: unknown } | null)?.value) === String(part));
      if (pair === undefined) break;
      const wanted = key && i === path.length - 1 ? pair.key : (pair.value ?? pair.key);
      node = wanted as Node;
    } else if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
      node = node.items[part] as Node;
    } else break;
    offset = node?.range?.[0] ?? offset;
  }
  return offset;
}
