/** Whether the database means the same, however it writes it down. */
import { parametersText, type StoredFunctionDefinition } from '../../../kusto/stored-function.ts';

/** Texts of queries: white space and the braces around them do not matter. */
export function sameText(a: string, b: string): boolean {
  return squeezed(a) === squeezed(b);
}

export function sameFunction(
  is: { readonly parameters: string; readonly body: string },
  wanted: StoredFunctionDefinition,
): boolean {
  return sameText(is.body, wanted.body) && literals(is.parameters) === literals(parametersText(wanted));
}

/** Whether a policy has these values; what else it holds does not matter. */
export function sameValues(
  policy: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string | number | boolean>>,
): boolean {
  return Object.entries(values).every(([key, wanted]) => {
    const value = policy[key];
    const is = typeof value === 'object' && value !== null && 'Value' in value ? value.Value : value;
    return is === wanted || (typeof is === 'string' && typeof wanted === 'string' && sameTimespan(is, wanted));
  });
}

export function sameTimespan(a: string, b: string): boolean {
  const [x, y] = [timespanMs(a), timespanMs(b)];
  return x !== undefined && x === y;
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** `1.00:00:00` and `1d` in milliseconds. */
function timespanMs(text: string): number | undefined {
  const short = /^(\d+)([dhms])$/.exec(text);
  if (short !== null) return Number(short[1]) * UNIT_MS[short[2]!]!;
  const long = /^(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?$/.exec(text);
  if (long === null) return undefined;
  const [days = 0, hours, minutes, seconds] = long.slice(1, 5).map((part) => Number(part ?? 0));
  return ((days * 24 + hours!) * 60 + minutes!) * 60_000 + seconds! * 1_000 + Number(`0.${long[5] ?? 0}`) * 1_000;
}

const squeezed = (text: string): string =>
  text
    .trim()
    .replace(/^\{([\s\S]*)\}$/, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Parameters with their defaults: `time(1h)`, `1h` and `01:00:00` are one, as are `'x'` and `"x"`. */
function literals(parameters: string): string {
  return parameters
    .replaceAll(/\s+/g, '')
    .replaceAll("'", '"')
    .replaceAll(/=(?:time|timespan)\(([^()]*)\)/g, '=$1')
    .replaceAll(/=(?:long|int|real|bool)\(([^()]*)\)/g, '=$1')
    .replaceAll(/=([^,)]+)/g, (whole, text: string) => {
      const ms = timespanMs(text);
      return ms === undefined ? whole : `=${ms}ms`;
    });
}
