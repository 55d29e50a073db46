/** Circles of imports between files. Types count: who must read B to understand A, and A to understand B, reads both. */
import type { Source } from './sources.ts';

export interface Circle {
  /** Every file that can reach every other one. */
  readonly files: readonly string[];
  /** The shortest way from the first file back to it. */
  readonly path: readonly string[];
}

export function circlesOf(sources: readonly Source[]): Circle[] {
  const edges = new Map(sources.map(({ file, imports }) => [file, imports.filter((one) => one.inside).map(to)]));
  return components(edges).map((files) => ({ files, path: wayBack(files[0]!, edges) }));
}

const to = (one: { readonly to: string }): string => one.to;

/** Strongly connected components of more than one file (Tarjan), each sorted. */
function components(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    const number = order.size;
    order.set(file, number);
    low.set(file, number);
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== number) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1) found.push(component.sort());
  };
  for (const file of edges.keys()) if (!order.has(file)) visit(file);
  return found.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

function wayBack(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of edges.get(way.at(-1)!) ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return [start];
}
