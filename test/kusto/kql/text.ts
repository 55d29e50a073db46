/** How values look as text, and how text is read as values. */
import { Boxed, isArray, type Long, longOf, type Time, type Type, ticksOf, timeOf, type Value } from './values.ts';

/** `tostring()`; null is the empty string. */
export function textOf(value: Value, type: Type): string {
  if (value === null) return '';
  switch (type) {
    case 'string':
    case 'guid':
      return value as string;
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int':
    case 'long':
      return String(value);
    case 'real':
      return realText(value as number);
    case 'datetime':
      return dateText(value as Time);
    case 'timespan':
      return spanText(value as Time);
    default:
      return typeof value === 'string' ? value : jsonText(value);
  }
}

/** As .NET writes a double, with `.0` where nothing else shows that it is no integer. */
export function realText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= 15 || exponent < -4) {
    return `${digits}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

export function dateText(time: Time): string {
  const ticks = ticksOf(time);
  const second = ticks / 10_000_000n;
  const rest = ticks % 10_000_000n;
  const [whole, fraction] = rest < 0n ? [second - 1n, rest + 10_000_000n] : [second, rest];
  return `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(7, '0')}Z`;
}

export function spanText(time: Time): string {
  const ticks = ticksOf(time);
  const abs = ticks < 0n ? -ticks : ticks;
  const part = (per: bigint, of: bigint): string => String((abs / per) % of).padStart(2, '0');
  const days = abs / 864_000_000_000n;
  const fraction = abs % 10_000_000n;
  const clock = `${part(36_000_000_000n, 24n)}:${part(600_000_000n, 60n)}:${part(10_000_000n, 60n)}`;
  return `${ticks < 0n ? '-' : ''}${days > 0n ? `${days}.` : ''}${clock}${fraction > 0n ? `.${String(fraction).padStart(7, '0')}` : ''}`;
}

/** A dynamic value as JSON. */
export function jsonText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : finiteJson(value);
  if (value instanceof Boxed)
    return value.type === 'real' ? finiteJson(value.value as number) : `"${boxedText(value)}"`;
  if (isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`)
    .join(',')}}`;
}

function finiteJson(value: number): string {
  return Number.isFinite(value) ? realText(value) : `"${realText(value)}"`;
}

export function boxedText({ type, value }: Boxed): string {
  return textOf(value, type);
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Undefined where the text is no date. */
export function parseDate(text: string): Time | undefined {
  const match =
    /^\s*(?<y>\d{4})(?:\s*-\s*(?<mo>\d{1,2})(?:\s*-\s*(?<d>\d{1,2}))?)?(?<rest>.*)$/s.exec(text) ??
    /^\s*(?<mo>\d{1,2})[-/](?<d>\d{1,2})[-/](?<y>\d{4})(?<rest>.*)$/s.exec(text);
  if (match === null) return undefined;
  const { y, mo = '1', d = '1', rest = '' } = match.groups as Record<string, string>;
  const clock =
    /^(?:[T\s]\s*(?<h>\d{1,2}):(?<m>\d{1,2})(?::(?<s>\d{1,2})(?:\.(?<f>\d+))?)?)?\s*(?<zone>Z|[+-]\d{1,2}:?\d{2})?\s*$/i.exec(
      rest,
    );
  if (clock === null) return undefined;
  const { h = '0', m = '0', s = '0', f = '', zone = 'Z' } = clock.groups as Record<string, string>;
  const month = Number(mo);
  if (month < 1 || month > 12 || Number(d) < 1 || Number(d) > monthDays[month - 1]!) return undefined;
  if (Number(h) > 23 || Number(m) > 59 || Number(s) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(y), month - 1, Number(d));
  date.setUTCHours(Number(h), Number(m), Number(s));
  const fraction = BigInt(f.padEnd(7, '0').slice(0, 7));
  return timeOf(ticksOf(date.getTime() - zoneMilliseconds(zone)) + fraction);
}

function zoneMilliseconds(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{1,2}):?(\d{2})$/.exec(zone)!;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const spanUnits: readonly (readonly [pattern: RegExp, ticks: number])[] = [
  [/^(?:d|days?)$/, 864_000_000_000],
  [/^(?:h|hrs?|hours?)$/, 36_000_000_000],
  [/^(?:m|min|minutes?)$/, 600_000_000],
  [/^(?:s|sec|seconds?)$/, 10_000_000],
  [/^(?:ms|milli|millis|milliseconds?)$/, 10_000],
  [/^(?:micro|micros|microseconds?)$/, 10],
  [/^(?:ticks?)$/, 1],
];

/** Undefined where the text is no timespan. */
export function parseSpan(text: string): Time | undefined {
  const unit = /^\s*(-?\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text);
  if (unit !== null) {
    const ticks = unit[2] === '' ? 864_000_000_000 : spanUnits.find(([pattern]) => pattern.test(unit[2]!))?.[1];
    return ticks === undefined ? undefined : timeOf(BigInt(Math.round(Number(unit[1]) * ticks)));
  }
  const clock = /^\s*(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?\s*$/.exec(text);
  if (clock === null) return undefined;
  const [, minus, days = '0', hours, minutes, seconds = '0', fraction = ''] = clock;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const whole = ((BigInt(days) * 24n + BigInt(hours!)) * 60n + BigInt(minutes!)) * 60n + BigInt(seconds);
  const ticks = whole * 10_000_000n + BigInt(fraction.padEnd(7, '0'));
  return timeOf(minus === undefined ? ticks : -ticks);
}

/** Undefined where the text is no whole number of 64 bits. */
export function parseLong(text: string): Long | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(?:\d+|0x[0-9a-f]+)$/i.test(trimmed)) return undefined;
  const magnitude = BigInt(trimmed.replace(/^[+-]/, ''));
  const value = trimmed.startsWith('-') ? -magnitude : magnitude;
  return BigInt.asIntN(64, value) === value ? longOf(value) : undefined;
}

/** Undefined where the text is no number. */
export function parseReal(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const special = /^([+-])?(inf|infinity|nan)$/i.exec(trimmed);
  if (special === null) return undefined;
  if (special[2]!.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
