/** Who reports, and who is missing. */
import { compare, sumsBy } from './cells.ts';
import { WINDOW } from './facts.ts';
import type { Expect } from './question.ts';

export const sources: Expect = ({ books, question, answered }) =>
  books.runs
    .flatMap(({ service, begin, seals, killed }) => {
      if (begin >= answered.minutes.to) return [];
      const known = seals.filter((seal) => seal >= answered.heard.from && seal <= answered.heard.to);
      const within = known.filter((seal) => seal >= answered.minutes.from);
      if (within.length === 0) return [];
      return [
        {
          service,
          firstSealed: within[0]!,
          lastSealed: within.at(-1)!,
          parts: within.length,
          partsMissing: 0,
          ended: !killed && known.at(-1) === seals.at(-1),
        },
      ];
    })
    .sort((a, b) => compare(a.service, b.service) || b.lastSealed - a.lastSealed)
    .slice(0, question.limit);

/** Without what the engine counts of itself, which the books know nothing of. */
export const coverage: Expect = ({ books, chosen, answered }) => {
  const { from, to } = answered.minutes;
  const { heard, heardAll } = answered;
  const attributed = [...sumsBy(chosen, answered.minutes, ({ target, event, unit }) => [target, event, unit]).values()]
    .sort((a, b) => b.value - a.value)
    .map(({ key, value }) => ({
      check: 'attributed',
      subject: key[0],
      reason: key[1],
      value,
      unit: key[2],
      share: value === 0 ? null : 1,
      ok: null,
    }));
  const runs = books.runs
    .map((run) => ({ ...run, known: run.seals.filter((seal) => seal <= heard.to) }))
    .filter(({ known }) => known.length > 0);
  const quiet = runs
    .filter(({ begin, known }) => begin < to && known.at(-1)! >= from)
    .filter(
      ({ killed, known, seals }) => (killed || known.length < seals.length) && known.at(-1)! < heard.to - 3 * WINDOW,
    )
    .map(({ service, known }) => ({
      check: 'no-final',
      reason: service,
      value: (heard.to - known.at(-1)!) / 1_000,
      unit: 's',
      ok: heardAll ? false : null,
    }));
  const silent = [...Map.groupBy(runs, ({ service }) => service)]
    .filter(([, of]) => !of.some(({ begin, known }) => begin < to && known.at(-1)! >= from))
    .map(([service, of]) => {
      const seals = of.flatMap(({ known }) => known);
      const last = Math.max(...seals.filter((seal) => seal < from));
      return { service, last, again: Math.min(heard.to, ...seals.filter((seal) => seal >= from)) };
    })
    .filter(({ last }) => last >= from - 7 * 86_400_000)
    .map(({ service, last, again }) => ({
      check: 'silent',
      subject: service,
      reason: '',
      value: (again - last) / 1_000,
      unit: 's',
      ok: false,
    }));
  const fine = (check: string) => ({ check, value: 0, ok: true });
  const bySize = <T extends { value: number }>(rows: T[]): T[] => rows.sort((a, b) => b.value - a.value);
  return [...attributed, fine('rows'), fine('gap'), ...bySize(quiet), ...bySize(silent)];
};
