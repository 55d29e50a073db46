/** Moments as people write them. */
import { fromZone, toZone, tryDuration, usage } from './time.ts';

const DAY = 86_400_000;

/**
 * A moment: `now`, `today`, `yesterday`, a duration ago (`2h`), a time of day, a date, or a date and time, in `tz` unless it ends in `Z` or
 * an offset. A time of day is that of today, or of yesterday while today's is still to come. As the end of a range that begins at `from` it
 * is the first of the two after that.
 * @throws AttributionError `ATTR_USAGE`
 */
export function parseTime(text: string, option: string, now: number, tz: string, from?: number): number {
  const wanted = text.trim();
  const ms = wordOrAgo(wanted, now, tz) ?? dayAndTime(wanted, now, tz, from) ?? dateAndTime(wanted, tz);
  if (ms !== undefined) return ms;
  throw usage(
    `${option} is ${JSON.stringify(text)}: expected a time of day such as 07:39, a date such as 2026-11-22, both as in 2026-11-22T14:00 or 2026-11-22T14:00Z, ` +
      'a duration ago such as 2h, or now, today, yesterday, yesterday 07:39',
  );
}

function wordOrAgo(text: string, now: number, tz: string): number | undefined {
  if (text === 'now') return now;
  if (text === 'today') return midnight(now, 0, tz);
  if (text === 'yesterday') return midnight(now, -1, tz);
  const ago = tryDuration(text.replace(/^(now)?-/, '').replace(/ ago$/, ''));
  return ago === undefined ? undefined : now - ago;
}

/** Begin of the day of `now` in `tz`, or of one `days` after it. */
const midnight = (now: number, days: number, tz: string): number =>
  fromZone((Math.floor(toZone(now, tz) / DAY) + days) * DAY, tz);

/** `07:39`, `7:39:30Z`, `yesterday 07:39`. */
function dayAndTime(text: string, now: number, tz: string, from: number | undefined): number | undefined {
  const parts =
    /^(?:(today|yesterday)[T ])?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (parts === null) return undefined;
  const [, day, hour, minute, second = '0', offset] = parts;
  const clock = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const of = (days: number): number => {
    if (offset === undefined) return fromZone((Math.floor(toZone(now, tz) / DAY) + days) * DAY + clock, tz);
    const ahead = offsetMs(offset);
    return (Math.floor((now + ahead) / DAY) + days) * DAY + clock - ahead;
  };
  if (day !== undefined) return of(day === 'today' ? 0 : -1);
  const today = of(0);
  if (today <= now) return today;
  const yesterday = of(-1);
  return from !== undefined && yesterday <= from ? today : yesterday;
}

function dateAndTime(text: string, tz: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?$/.exec(
    text,
  );
  if (parts === null) return undefined;
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', offset] = parts;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const utc = Date.parse(`${iso}Z`);
  // Date.parse rolls nothing over in this form: 2026-02-31 is NaN or another day.
  if (!Number.isFinite(utc) || !new Date(utc).toISOString().startsWith(iso)) return undefined;
  return offset === undefined ? fromZone(utc, tz) : utc - offsetMs(offset);
}

/** Of `+02:00`, `-0530`, `Z`. */
function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const [hours, minutes] = [offset.slice(1, 3), offset.slice(-2)].map(Number) as [number, number];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
