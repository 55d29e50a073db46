import { toZone } from './time.ts';

/** Shown where a value does not exist. */
export const ABSENT = '–';

/** A number in two or three significant digits: `0.031`, `4.1`, `312`, `12.3k`. */
export function quantity(x: number): string {
  const abs = Math.abs(x);
  if (abs === 0) return '0';
  if (abs < 0.001) return x < 0 ? '>-0.001' : '<0.001';
  if (abs < 0.095) return String(Number(x.toPrecision(2)));
  if (abs < 0.995) return String(Number(x.toFixed(2)));
  if (abs < 9.95) return x.toFixed(1);
  if (abs < 9_999.5) return String(Math.round(x));
  return scaled(
    x,
    [
      [1e12, 'T'],
      [1e9, 'G'],
      [1e6, 'M'],
      [1e3, 'k'],
    ],
    '',
  );
}

/** A number of things: whole below 10,000, then as `quantity`. */
export const tally = (n: number): string => (Number.isInteger(n) && Math.abs(n) < 9_999.5 ? String(n) : quantity(n));

export function percent(share: number | null): string {
  if (share === null) return ABSENT;
  const abs = Math.abs(share);
  if (abs > 0 && abs < 0.005) return '<1 %';
  return `${Math.round(share * 100)} %`;
}

/** `850 µs`, `13 ms`, `4.1 h`, `1.2 MB`, `47 token`. */
export function withUnit(x: number | null, unit: string): string {
  if (x === null) return ABSENT;
  if (unit === 's') {
    const abs = Math.abs(x);
    if (abs === 0) return '0 s';
    if (abs < 999.5e-9) return `${digits(x * 1e9)} ns`;
    if (abs < 999.5e-6) return `${digits(x * 1e6)} µs`;
    if (abs < 0.9995) return `${digits(x * 1e3)} ms`;
    if (abs < 119.5) return `${digits(x)} s`;
    if (abs < 7_200) return `${digits(x / 60)} min`;
    if (abs < 172_800) return `${digits(x / 3_600)} h`;
    return `${digits(x / 86_400)} d`;
  }
  if (unit === 'By')
    return scaled(
      x,
      [
        [1e12, 'TB'],
        [1e9, 'GB'],
        [1e6, 'MB'],
        [1e3, 'kB'],
        [1, 'B'],
      ],
      ' ',
    );
  const name = unit === '1' ? '' : unit.replace(/^\{(.*)\}$/, '$1');
  return name === '' ? tally(x) : `${tally(x)} ${name}`;
}

function scaled(x: number, steps: readonly (readonly [number, string])[], gap: string): string {
  const [size, name] = steps.find(([step]) => Math.abs(x) >= step * 0.9995) ?? steps.at(-1)!;
  return `${digits(x / size)}${gap}${name}`;
}

function digits(x: number): string {
  const abs = Math.abs(x);
  if (abs < 9.95) return x.toFixed(1);
  return String(Math.round(x));
}

/** A value per second. Of durations that is how many were active at once, a number without a unit. */
export const perSecond = (x: number, unit: string): string => (unit === 's' ? quantity(x) : withUnit(x, unit));

/** What `perSecond` is called above a column. */
export const perSecondHead = (unit: string): string => (unit === 's' ? 'active' : 'per s');

/** How long, in words short enough for a header: `15 min`, `2 h`, `7 d`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Number((seconds / 3_600).toFixed(1))} h`;
  return `${Number((seconds / 86_400).toFixed(1))} d`;
}

export const ago = (ms: number): string => (ms < 1_000 ? 'just now' : `${span(ms / 1_000)} ago`);

/** `14:14:50`, with the date when it is not the day of `now`. */
export const clockTime = (ms: number, tz: string, now: number): string => clockTimes([ms], tz, now)[0]!;

/** Times that are read together: all with the date when one of them is not of the day of `now`. */
export function clockTimes(times: readonly number[], tz: string, now: number): string[] {
  const texts = times.map((ms) => new Date(toZone(ms, tz)).toISOString().slice(0, 19).replace('T', ' '));
  const today = new Date(toZone(now, tz)).toISOString().slice(0, 11).replace('T', ' ');
  return texts.every((text) => text.startsWith(today)) ? texts.map((text) => text.slice(today.length)) : texts;
}
