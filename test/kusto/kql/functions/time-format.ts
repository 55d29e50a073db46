/** `format_datetime` and `format_timespan`. */
import { unsupported } from '../errors.ts';
import { floorTo, type Time, ticksOf } from '../values.ts';

/** Delimiters that the engine allows between the letters. */
const delimiters = /^[ /\-:,._[\]]$/;

function pattern(format: string, letters: Readonly<Record<string, (length: number) => string>>): string {
  return format.replaceAll(/(.)\1*/gs, (run, letter: string) => {
    if (delimiters.test(letter)) return run;
    const write = letters[letter];
    return write === undefined ? unsupported(`${run} in the format ${format}`) : write(run.length);
  });
}

const padded = (value: number | bigint) => (length: number) => String(value).padStart(length, '0');

/** The first digits of the fraction of a second; `F` leaves out zeros at its end. */
const fractions = (ticks: bigint) => ({
  f: (length: number) => String(ticks).padStart(7, '0').slice(0, length),
  F: (length: number) => String(ticks).padStart(7, '0').slice(0, length).replace(/0+$/, ''),
});

export function formatDate(time: Time, format: string): string {
  const ticks = ticksOf(time);
  const date = new Date(Number(floorTo(ticks, 10_000_000n) / 10_000n));
  const hour = date.getUTCHours();
  const twoDigits = (value: number) => (length: number) => (length > 2 ? unsupported(format) : padded(value)(length));
  return pattern(format, {
    ...fractions(ticks - floorTo(ticks, 10_000_000n)),
    y: (length) => (length === 2 ? padded(date.getUTCFullYear() % 100)(2) : padded(date.getUTCFullYear())(length)),
    M: twoDigits(date.getUTCMonth() + 1),
    d: twoDigits(date.getUTCDate()),
    H: twoDigits(hour),
    h: twoDigits(hour % 12 === 0 ? 12 : hour % 12),
    m: twoDigits(date.getUTCMinutes()),
    s: twoDigits(date.getUTCSeconds()),
    t: (length) => (hour < 12 ? 'AM' : 'PM').slice(0, length),
  });
}

export function formatSpan(time: Time, format: string): string {
  const signed = ticksOf(time);
  const ticks = signed < 0n ? -signed : signed;
  const text = pattern(format, {
    ...fractions(ticks % 10_000_000n),
    d: padded(ticks / 864_000_000_000n),
    H: padded((ticks / 36_000_000_000n) % 24n),
    h: padded((ticks / 36_000_000_000n) % 24n),
    m: padded((ticks / 600_000_000n) % 60n),
    s: padded((ticks / 10_000_000n) % 60n),
  });
  return signed < 0n ? `-${text}` : text;
}
