/** Which part of a time the books cover: rates are divided by that, and who reads them is told where it is less than was asked for. */
import type { Period } from './source.ts';

/** What lies in [from, to). */
export function within(covered: readonly Period[], { from, to }: Period): Period[] {
  return covered
    .filter((one) => one.from < to && one.to > from)
    .map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }));
}

/** Seconds of [from, to) that are covered. 0 tells that the books do not know: the whole time is as good as anything then, and never 0. */
export function coveredSeconds(covered: readonly Period[], period: Period): number {
  const ms = within(covered, period).reduce((sum, { from, to }) => sum + to - from, 0);
  return Math.max(ms > 0 ? ms : period.to - period.from, 1) / 1000;
}

/** The gap between two runs of a deploy is not worth a word. */
export const WHOLE = 0.995;

export const isPartial = (seconds: number, asked: number): boolean => seconds < asked * WHOLE;

/** `30 of 44,640 min`; undefined where as good as all of it is covered. */
export function coveredText({
  seconds,
  asked,
}: {
  readonly seconds: number;
  readonly asked: number;
}): string | undefined {
  if (!isPartial(seconds, asked)) return undefined;
  // In the unit of what there is, as long as that does not make a month of seconds of what was asked for.
  const [unit, name] =
    seconds < 90 && asked < 5_400
      ? [1, 's']
      : seconds < 5_400
        ? [60, 'min']
        : seconds < 172_800
          ? [3_600, 'h']
          : [86_400, 'd'];
  const number = (x: number, digits: number): string =>
    (x / unit).toLocaleString('en', { maximumFractionDigits: digits });
  const least = unit < 3_600 || seconds / unit >= 100 ? 0 : 1;
  // `20 of 20 min` would say that nothing is missing, and `0 of 720 min` that nothing is there.
  const tells = (n: number) => number(seconds, n) !== number(asked, n) && number(seconds, n) !== '0';
  const digits = [least, least + 1, least + 2].find(tells) ?? 0;
  return `${number(seconds, digits)} of ${number(asked, digits)} ${name}`;
}
