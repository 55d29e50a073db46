/** What the books say had been handed over at a moment, and which time that is. Worked out from the books alone. */
import type { Books, Entry, Run } from '../books.ts';

export const WINDOW = 60_000;
const LATE = 3 * WINDOW;

export const floor = (ms: number): number => Math.floor(ms / WINDOW) * WINDOW;
export const ceil = (ms: number): number => Math.ceil(ms / WINDOW) * WINDOW;

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Fact extends Entry {
  /** When it was handed over. */
  readonly sealed: number;
}

/** When and of what a question is asked; times are milliseconds since the Unix epoch. */
export interface Asked {
  readonly now: number;
  readonly asOf?: number;
  /** Length, when no begin is given. */
  readonly since?: number;
  readonly from?: number;
  readonly to?: number;
  /** Neither `since` nor `from` were said. */
  readonly byDefault: boolean;
}

export interface Answered {
  /** In whole minutes. */
  readonly minutes: Span;
  /** Where data can end in it at most. */
  readonly end: number;
  /** Where data begin and end in it. */
  readonly shown: Span;
  readonly seconds: number;
  readonly askedSeconds: number;
  readonly through: number;
  readonly first: number;
  readonly covered: readonly Span[];
}

/** What was handed over until `asOf`. What a killed process had not handed over is not known to anyone. */
export function factsOf({ entries, runs }: Books, asOf = Number.POSITIVE_INFINITY): Fact[] {
  const byName = new Map(runs.map((run) => [run.name, run]));
  return entries.flatMap((entry) => {
    const sealed = byName.get(entry.run)!.seals.find((seal) => seal >= entry.settled);
    return sealed === undefined || sealed > asOf ? [] : [{ ...entry, sealed }];
  });
}

/** How long [from, to) a run was recording, together with all others: no moment counts twice. */
export function coveredIn(covered: readonly Span[], { from, to }: Span): number {
  let ms = 0;
  for (const span of covered) ms += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
  return ms;
}

/** The lives of all runs as far as they had been heard of, without what overlaps. */
export function livesOf(runs: readonly Run[], asOf = Number.POSITIVE_INFINITY): Span[] {
  const lives = runs
    .map(({ begin, seals }) => ({ from: begin, to: seals.filter((seal) => seal <= asOf).at(-1) ?? -1 }))
    .filter(({ to }) => to >= 0)
    .sort((a, b) => a.from - b.from);
  const apart: { from: number; to: number }[] = [];
  for (const life of lives) {
    const last = apart.at(-1);
    if (last !== undefined && life.from <= last.to) last.to = Math.max(last.to, life.to);
    else apart.push({ ...life });
  }
  return apart;
}

/** To divide by: what is covered, or all of it where nothing is. */
export const secondsOf = (covered: readonly Span[], span: Span): number =>
  (coveredIn(covered, span) || Math.max(1, span.to - span.from)) / 1_000;

export function answerOf(books: Books, asked: Asked): Answered {
  const { now, asOf } = asked;
  const edge = Math.min(now, asOf ?? now);
  const through = Math.max(...books.runs.flatMap(({ seals }) => seals.filter((seal) => seal <= edge)));
  const first = Math.min(...factsOf(books).map(({ begin }) => floor(begin)));
  const live = through >= edge - LATE ? through : edge;
  const end = asked.to ?? live;
  const from = asked.from ?? end - asked.since!;
  const until = Math.min(end, live);
  const begin = Math.min(Math.max(from, first), until);
  const answered = minutesOf(books, begin, until, asked, through, first);
  // Nobody asked for the length of the default range: that there are no data before some moment is nothing to speak of.
  const wanted = asked.byDefault ? Math.max(from, answered.shown.from) : from;
  return { ...answered, askedSeconds: Math.max(0, end - wanted) / 1_000 };
}

export function minutesOf(
  { runs }: Books,
  begin: number,
  until: number,
  { now, asOf }: Pick<Asked, 'now' | 'asOf'>,
  through: number,
  first: number,
): Omit<Answered, 'askedSeconds'> {
  const minutes = { from: floor(begin), to: ceil(until) };
  // Data end with the last of them, and before what is still to come.
  const span = { from: minutes.from, to: until === through ? until : Math.min(minutes.to, now, asOf ?? now) };
  const covered = livesOf(runs, asOf);
  const begun = covered.find(({ from, to }) => from < span.to && to > span.from);
  const shownFrom = minutes.from > first ? minutes.from : Math.max(begun?.from ?? minutes.from, minutes.from);
  return {
    minutes,
    end: span.to,
    shown: { from: shownFrom, to: through > minutes.from ? Math.min(span.to, through) : span.to },
    seconds: secondsOf(covered, span),
    through,
    first,
    covered,
  };
}
