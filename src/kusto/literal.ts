/**
 * Values as KQL literals. They travel in `properties.Parameters` of a request, never in the text of a query.
 * Only what could end a literal or a line early is escaped; other text stays as it is, because UTF-8 carries it without doubt.
 */
import type { KqlParameter, KqlParameters } from '../core/contracts/store.ts';
import type { KustoType } from './names.ts';

/** Years 1 to 9999, in milliseconds since the Unix epoch. */
const DATETIME_MIN = -62_135_596_800_000;
const DATETIME_MAX = 253_402_300_799_999;
/** Largest timespan, about 29,000 years, in milliseconds. */
const TIMESPAN_MAX = 922_337_203_685_477;
const INT_MAX = 2 ** 31 - 1;

/** Control characters, and what Unicode or the language counts as the end of a line. */
const UNSAFE = /[\p{Cc}\u2028\u2029\ufeff]/gu;
const UNSAFE_OR_QUOTE = /[\p{Cc}\u2028\u2029\ufeff"'\\]/gu;

/** A string in double quotes. Half a surrogate pair becomes U+FFFD, as it does in every row that is ingested. */
export function kqlString(text: string): string {
  return `"${text.toWellFormed().replace(UNSAFE_OR_QUOTE, (char) => (/["'\\]/.test(char) ? `\\${char}` : escaped(char)))}"`;
}

/**
 * The literal of a parameter's value: `long(3)`, `datetime(2026-11-22T10:00:00.000Z)`, `dynamic(["a"])`.
 * @throws TypeError when the value is none of the declared type: a mistake of the caller
 */
export function kqlLiteral({ type, value }: KqlParameter): string {
  if (type === 'string') {
    if (typeof value !== 'string') throw mismatch(type, value);
    return kqlString(value);
  }
  if (value === null) return `${type}(null)`;
  if (type === 'dynamic') return `dynamic(${dynamicText(value)})`;
  if (type === 'bool') {
    if (typeof value !== 'boolean') throw mismatch(type, value);
    return `bool(${value})`;
  }
  if (typeof value !== 'number') throw mismatch(type, value);
  return `${type}(${numberText(type, value)})`;
}

/** `declare query_parameters(From:datetime, Targets:dynamic);` and a line break; '' without parameters. */
export function declareParameters(parameters: KqlParameters): string {
  const declared = Object.entries(parameters).map(([name, { type }]) => `${parameterName(name)}:${type}`);
  return declared.length === 0 ? '' : `declare query_parameters(${declared.join(', ')});\n`;
}

function numberText(type: KustoType, value: number): string {
  switch (type) {
    case 'real':
      if (Number.isNaN(value)) return 'nan';
      if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
      return Object.is(value, -0) ? '-0.0' : String(value).replace('e+', 'e');
    case 'int':
      if (!Number.isInteger(value) || Math.abs(value) > INT_MAX) throw mismatch(type, value);
      return String(value);
    case 'long':
      if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 63) throw mismatch(type, value);
      return BigInt(value).toString();
    case 'datetime':
      if (!(value >= DATETIME_MIN && value <= DATETIME_MAX)) throw mismatch(type, value);
      return new Date(value).toISOString();
    case 'timespan':
      if (!(Math.abs(value) <= TIMESPAN_MAX)) throw mismatch(type, value);
      return timespanText(value);
    default:
      throw mismatch(type, value);
  }
}

/** `[-]d.hh:mm:ss.fffffff`; a tick is 100 ns. */
function timespanText(ms: number): string {
  const rest = Math.abs(ms);
  const whole = Math.floor(rest);
  const ticks = Math.floor((rest - whole) * 10_000);
  const pad = (n: number, width: number): string => String(n).padStart(width, '0');
  const part = (unitMs: number, modulus: number): string => pad(Math.floor(whole / unitMs) % modulus, 2);
  const time = `${part(3_600_000, 24)}:${part(60_000, 60)}:${part(1_000, 60)}.${pad(whole % 1_000, 3)}${pad(ticks, 4)}`;
  return `${ms < 0 ? '-' : ''}${Math.floor(whole / 86_400_000)}.${time}`;
}

function dynamicText(value: unknown): string {
  const json = JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? inner.toWellFormed() : inner));
  if (json === undefined) throw mismatch('dynamic', value);
  return json.replace(UNSAFE, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function parameterName(name: string): string {
  if (!/^[A-Za-z_]\w{0,99}$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} is no name of a query parameter.`);
  return name;
}

function mismatch(type: KustoType, value: unknown): TypeError {
  const shown = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return new TypeError(`${shown.slice(0, 60)} is not a ${type} that a query parameter can carry.`);
}
