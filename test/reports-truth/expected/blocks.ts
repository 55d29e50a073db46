/** Tables: one for each target, event and unit, the heaviest first. */
import { addTo, type By, compare, type Kind, keyOf, type Line, nothing, ranked, sumsBy } from './cells.ts';
import type { Answered, Fact, Span } from './facts.ts';

export interface Block<L extends Line = Line> {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly total: Line;
  readonly cells: readonly L[];
}

export const line = (kind: Kind, service: string, key: string): Line => ({ kind, service, key, ...nothing() });

export function blocksOf(facts: readonly Fact[], span: Span, by: By): Block[] {
  const blocks = new Map<string, { target: string; event: string; unit: string; total: Line; cells: Line[] }>();
  for (const sum of sumsBy(facts, span, keyOf(by)).values()) {
    const [target, event, unit, kind, service, key] = sum.key as [string, string, string, Kind, string, string];
    const id = JSON.stringify([target, event, unit]);
    const block = blocks.get(id) ?? { target, event, unit, total: line('total', '', '(total)'), cells: [] };
    blocks.set(id, block);
    block.cells.push({ ...sum, kind, service, key });
    addTo(block.total, sum);
  }
  return [...blocks.values()].sort(
    (a, b) =>
      b.total.value - a.total.value ||
      compare(a.target, b.target) ||
      compare(a.event, b.event) ||
      compare(a.unit, b.unit),
  );
}

/** As a table shows them: the largest, who is nobody, the rest together, all. */
export function linesOf({ cells, total }: Block, limit: number): Line[] {
  const { head, nobody, rest } = ranked(cells, limit, (cell) => cell.value);
  const others = line('rest', '', '(rest)');
  for (const cell of rest) addTo(others, cell);
  return [...head, ...nobody.map((cell) => ({ ...cell, service: '' })), ...(rest.length === 0 ? [] : [others]), total];
}

/** What is covered of the range. */
export const clip = ({ covered, shown }: Answered): Span[] =>
  covered
    .map(({ from, to }) => ({ from: Math.max(from, shown.from), to: Math.min(to, shown.to) }))
    .filter(({ from, to }) => from < to);
