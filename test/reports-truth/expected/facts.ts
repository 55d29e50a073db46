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
  /** Where they would begin if data did not begin later. */
  readonly askedFrom: number;
  /** Where data can end in it at most. */
  readonly end: number;
  /** Where data begin and end in it. */
  readonly shown: Span;
  readonly seconds: number;
  readonly askedSeconds: number;
  readonly through: number;
  readonly covered: readonly Span[];
  /** Of the seals in it the runs are known. */
  readonly heard: Span;
  /** Nothing that was sealed later was left out. */
  readonly heardAll: boolean;
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

/** The lives of all runs as far as they are heard of, without what overlaps. */
export function livesOf(runs: readonly Run[], heard: Span): Span[] {
  const lives = runs
    .map(({ begin, seals }) => ({
      from: begin,
      to: seals.filter((seal) => seal >= heard.from && seal <= heard.to).at(-1) ?? -1,
    }))
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

/** As long before and after as the time itself, an hour at least and 31 days at most. */
export function heardOf({ from, to }: Span, edge: number): Span {
  const length = Math.min(Math.max(to - from, 3_600_000), 31 * 86_400_000);
  return { from: from - length, to: Math.min(to + length, edge) };
}

/** To divide by: what is covered, or all of it where nothing is. */
export const secondsOf = (covered: readonly Span[], span: Span): number =>
  (coveredIn(covered, span) || Math.max(1, span.to - span.from)) / 1_000;

export function answerOf(books: Books, asked: Asked): Answered {
  const { now, asOf } = asked;
  const edge = Math.min(now, asOf ?? now);
  const through = Math.max(...books.runs.flatMap(({ seals }) => seals.filter((seal) => seal <= edge)));
  const live = through >= edge - LATE ? through : edge;
  const end = asked.to ?? live;
  const from = asked.from ?? end - asked.since!;
  const until = Math.min(end, live);
  const answered = minutesOf(books, { from: Math.min(from, until), to: until }, asked, through);
  // Nobody asked for the length of the default range: that there are no data before some moment is nothing to speak of.
  const wanted = asked.byDefault ? Math.max(from, answered.shown.from) : from;
  return { ...answered, askedSeconds: Math.max(0, end - wanted) / 1_000 };
}

export function minutesOf(
  books: Books,
  asked: Span,
  { now, asOf }: Pick<Asked, 'now' | 'asOf'>,
  through: number,
): Omit<Answered, 'askedSeconds'> {
  const edge = Math.min(now, asOf ?? now);
  const heard = heardOf(asked, edge);
  const covered = livesOf(books.runs, heard);
  // What was handed over later shows all the same where the time begins.
  const starts = factsOf(books)
    .map(({ begin }) => floor(begin))
    .filter((at) => at + WINDOW > asked.from && at < asked.to);
  const lives = covered.filter(({ from, to }) => from < asked.to && to > asked.from).map(({ from }) => from);
  const first = Math.min(...starts, ...lives);
  const begin = Number.isFinite(first) ? Math.min(Math.max(asked.from, first), asked.to) : asked.from;
  const minutes = { from: floor(begin), to: ceil(asked.to) };
  // Data end with the last of them, and before what is still to come.
  const span = {
    from: minutes.from,
    to: asked.to === through ? through : Math.max(minutes.from, Math.min(minutes.to, edge)),
  };
  const within = covered.filter(({ from, to }) => from < span.to && to > span.from);
  const begun = Math.max(within[0]?.from ?? span.from, span.from);
  const shown = {
    from: begun < span.from + WINDOW ? begun : span.from,
    to: Math.min(within.at(-1)?.to ?? span.to, span.to),
  };
  const measured = factsOf(books, asOf).some(({ begin: at }) => floor(at) >= minutes.from && floor(at) < minutes.to);
  const seals = books.runs.flatMap((run) => run.seals.filter((seal) => seal <= edge)).sort((a, b) => a - b);
  return {
    minutes,
    askedFrom: floor(asked.from),
    end: span.to,
    shown,
    seconds: secondsOf(covered, span),
    // Where the time is empty, what is nearest to it.
    through: measured
      ? shown.to
      : (seals.filter((seal) => seal < minutes.from).at(-1) ?? seals.find((seal) => seal >= minutes.from)!),
    covered,
    heard: heardOf(minutes, edge),
    heardAll: heardOf(minutes, edge).to >= edge,
  };
}
