/** Compares an answer with what the books say. */
import type { ReportResult } from '../../src/reports/report.ts';
import type { Expected, ExpectedRow } from './expected/question.ts';

/** Sums of durations are rounded in another order. */
const RELATIVE = 1e-9;
const ABSOLUTE = 1e-9;
const SHOWN = 4;

/** What differs, in words; nothing when the answer is right. Where the answer has rows that the books cannot tell, `known` leaves them out. */
export function differences(
  answer: ReportResult,
  { answered, rows }: Expected,
  known: (row: ExpectedRow) => boolean,
): string[] {
  const { from, to, seconds, asked } = answer.range;
  const found = [
    ...differing(
      'range',
      { from, to, seconds, asked, dataThrough: answer.dataThrough },
      {
        from: answered.shown.from,
        to: answered.shown.to,
        seconds: answered.seconds,
        asked: answered.askedSeconds,
        dataThrough: Math.min(answered.through, answered.shown.to),
      },
    ),
  ];
  const theirs = (answer.rows as readonly ExpectedRow[]).filter(known);
  if (theirs.length !== rows.length) found.push(`rows: ${theirs.length}, by the books ${rows.length}`);
  for (let i = 0; i < Math.max(theirs.length, rows.length) && found.length < SHOWN; i++) {
    if (theirs[i] === undefined || rows[i] === undefined)
      found.push(
        `row ${i}: ${theirs[i] === undefined ? 'missing' : 'too many'} ${JSON.stringify(theirs[i] ?? rows[i])}`,
      );
    else
      found.push(
        ...differing(
          `row ${i} ${JSON.stringify(Object.values(rows[i]!).filter((value) => typeof value === 'string'))}`,
          theirs[i]!,
          rows[i]!,
        ),
      );
  }
  return found;
}

function differing(what: string, theirs: ExpectedRow, ours: ExpectedRow): string[] {
  const wrong = Object.entries(ours).filter(([name, value]) => !same(theirs[name], value));
  if (wrong.length === 0) return [];
  return [
    `${what}: ${wrong.map(([name, value]) => `${name} ${JSON.stringify(theirs[name])}, by the books ${JSON.stringify(value)}`).join('; ')}`,
  ];
}

function same(theirs: unknown, ours: unknown): boolean {
  if (typeof theirs !== 'number' || typeof ours !== 'number') return theirs === ours;
  return Math.abs(theirs - ours) <= Math.max(ABSOLUTE, RELATIVE * Math.abs(ours));
}
