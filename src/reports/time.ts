import { AttributionError } from '../core/errors.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

/** `90s`, `15m`, `1h30m`, `7d`, `2w` in milliseconds; undefined when it is none. */
export function tryDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?[smhdw])+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([smhdw])/g)) ms += Number(number) * unitMs[unit!]!;
  return ms > 0 && ms < 4e12 ? ms : undefined;
}

/** @throws AttributionError `ATTR_USAGE` */
export function parseDuration(text: string, option: string): number {
  const ms = tryDuration(text);
  if (ms === undefined) {
    const hint = /^\d{1,2}:\d\d|^\d{4}-/.test(text) ? `. That is a moment: --from ${text}` : '';
    throw usage(`${option} is ${JSON.stringify(text)}: expected a duration such as 15m, 1h, 7d${hint}`);
  }
  return ms;
}

/** @throws AttributionError `ATTR_USAGE` */
export function checkZone(tz: string | undefined): string {
  const zone = tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw usage(`--tz is ${JSON.stringify(zone)}: expected a time zone such as UTC, Europe/Berlin or America/New_York`);
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of `tz` at `ms`, as if it were UTC. */
export function toZone(ms: number, tz: string): number {
  let format = formats.get(tz);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(tz, format);
  }
  const field: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) field[type] = Number(value);
  return Date.UTC(field.year!, field.month! - 1, field.day!, field.hour!, field.minute!, field.second!);
}

/** The moment at which the wall clock of `tz` shows `wall`; the later of the two sides when the clock skips it. */
export function fromZone(wall: number, tz: string): number {
  const first = wall - (toZone(wall, tz) - wall);
  return wall - (toZone(first, tz) - first);
}

/**
 * The steps that cover [from, to), as whole as they are: whole days begin at midnight in `tz`, smaller steps are aligned in UTC. The first
 * may begin before `from`, the last end after `to`.
 */
export function stepsOf(from: number, to: number, stepMs: number, tz: string): { from: number; to: number }[] {
  const days = stepMs % unitMs.d! === 0;
  const first = days ? Math.floor(toZone(from, tz) / unitMs.d!) * unitMs.d! : Math.floor(from / stepMs) * stepMs;
  const at = (n: number): number => (days ? fromZone(first + n * stepMs, tz) : first + n * stepMs);
  const steps: { from: number; to: number }[] = [];
  for (let n = 0; at(n) < to; n++) steps.push({ from: at(n), to: at(n + 1) });
  return steps;
}

/** What rates over a period are divided by: never 0. */
export const secondsOf = (from: number, to: number): number => Math.max((to - from) / 1000, 0.001);

/** Widths of the sums that Kusto keeps, in milliseconds, the coarsest first. */
const grains = [3_600_000, 300_000];

/** The coarsest of them that divides all `bounds`; 0 when only rows do. */
export const grainOf = (bounds: readonly number[]): number =>
  grains.find((grain) => bounds.every((bound) => bound % grain === 0)) ?? 0;

export const usage = (message: string): AttributionError => new AttributionError('ATTR_USAGE', message);
