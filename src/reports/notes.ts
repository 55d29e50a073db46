/** What a reader should know of an answer, besides what the report itself says. */
import { ago, clockTime, clockTimes } from './format.ts';
import type { ReportParameters } from './parameters.ts';
import type { BindContext } from './report.ts';
import { ATTRIBUTES_MAX } from './source.ts';

type Context = BindContext<ReportParameters>;

const HOUR = 3_600_000;

/** As many names of attributes as a message holds. */
const NAMED_MAX = 20;

/** Sums do not say how many rows they were, nor when those were sealed. `what` needs to know. */
export function rowsGoneNote(what: string, { range, tz, now }: Context): string {
  return `Incomplete: ${what} needs single rows, and those from ${clockTime(range.from, tz, now)} on are no longer all kept, only their sums. Begin later, or keep rows longer: otel-attribution kusto schema --apply --retention-rows-days <n>`;
}

/** Why the answer is empty, and what to ask instead. */
export async function emptyNote({ source, parameters, nearest, range, tz, now }: Context): Promise<string> {
  if (nearest !== undefined) {
    const [from, to, at] = clockTimes([range.shown.from, range.shown.to, nearest], tz, now) as [string, string, string];
    const hours = Math.ceil((now - nearest) / HOUR) + 1;
    return `No data from ${from} to ${to}: the ${nearest < range.from ? 'last before' : 'first after'} that were sealed at ${at} (${ago(now - nearest)}). Widen the range: --since ${hours}h`;
  }
  const events = await source.events(range);
  const conditions = [
    parameters.where === undefined ? '' : `--where ${parameters.where}`,
    parameters.measure === undefined ? '' : `--measure ${parameters.measure}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
  const have = events.join(', ');
  if (conditions !== '')
    return `Nothing matches ${conditions} in this range. Events in it: ${have === '' ? 'none' : have}. All of them: otel-attribution inventory`;
  return have === ''
    ? 'The services of this range report only their own accounts: no span matched a rule. See: otel-attribution coverage, otel-attribution doctor'
    : `No calls to databases or other services in this range. Measured: ${have}. Show one with --measure <event>`;
}

/** Attributes that were asked for and that no row of the answer has: their names are easily mistaken. */
export async function nowhereNotes(names: readonly string[], { source, range }: Context): Promise<string[]> {
  if (names.length === 0) return [];
  const have = await source.attributes(range);
  // A list that was cut says nothing of those that are not in it.
  if (have.length >= ATTRIBUTES_MAX) return [];
  const more = have.length > NAMED_MAX ? ` and ${have.length - NAMED_MAX} more` : '';
  const what = have.length === 0 ? 'none' : have.slice(0, NAMED_MAX).join(', ') + more;
  return [...new Set(names)]
    .filter((name) => !have.includes(name))
    .map((name) => `No row of this range has the attribute ${JSON.stringify(name)}. Those it has: ${what}`);
}
