import { blocksOf, clip, line } from './blocks.ts';
import { addTo, type Line, ranked } from './cells.ts';
import { secondsOf } from './facts.ts';
import type { Expect, ExpectedRow } from './question.ts';

export const trend: Expect = ({ question, chosen, answered }) => {
  const { by, limit, step } = question;
  const { minutes, end } = answered;
  const covered = clip(answered);
  const rows: ExpectedRow[] = [];
  for (const block of blocksOf(chosen, minutes, by)) {
    const { head, rest } = ranked(block.cells, limit, (cell) => cell.value);
    const id = ({ kind, service, key }: Line): string => JSON.stringify([kind, service, key]);
    const place = new Map(head.map((cell, i) => [id(cell), i]));
    const isRest = new Set(rest.map(id));
    for (let begin = Math.floor(minutes.from / step!) * step!; begin < minutes.to; begin += step!) {
      const span = { from: Math.max(begin, minutes.from), to: Math.min(begin + step!, minutes.to) };
      const seconds = secondsOf(covered, { from: span.from, to: Math.max(span.from, Math.min(span.to, end)) });
      const found = blocksOf(chosen, span, by).find(
        ({ target, event, unit }) => target === block.target && event === block.event && unit === block.unit,
      );
      if (found === undefined) continue;
      const others = line('rest', '', '(rest)');
      const small = found.cells.filter((cell) => isRest.has(id(cell)));
      for (const cell of small) addTo(others, cell);
      const lines = [
        ...found.cells.filter((cell) => place.has(id(cell))).sort((a, b) => place.get(id(a))! - place.get(id(b))!),
        ...found.cells.filter(({ kind }) => kind === 'unattributed'),
        ...(small.length > 0 ? [others] : []),
        found.total,
      ];
      for (const { kind, service, key, value, calls } of lines) {
        rows.push({
          target: block.target,
          event: block.event,
          unit: block.unit,
          step: span.from,
          stepSeconds: seconds,
          partial: seconds < (step! / 1_000) * 0.995,
          kind,
          keyService: service,
          key,
          value,
          perSecond: value / seconds,
          calls,
          callsPerSecond: calls / seconds,
        });
      }
    }
  }
  return rows;
};
