/** The query of a materialized view taken apart: what comes before its one `summarize`, the aggregates, the keys. */
import { badRequest } from './service-error.ts';
import { skipBrackets, splitTop } from './text.ts';

export interface ViewAggregate {
  readonly name: string;
  readonly arguments: readonly string[];
}

export interface ViewDefinition {
  readonly text: string;
  /** Operators between the source and `summarize`, without the first pipe; empty for most views. */
  readonly prefix: string;
  readonly aggregates: readonly ViewAggregate[];
  readonly keys: readonly string[];
  /** The only aggregate is `take_any(*)`: other views may stand on this one. */
  readonly dedup: boolean;
}

const MERGEABLE = [
  'sum',
  'sumif',
  'count',
  'countif',
  'min',
  'minif',
  'max',
  'maxif',
  'arg_max',
  'arg_min',
  'take_any',
];
const NOT_ALLOWED = /(?:^|[^\w.])(now|ago|sort|order|top|serialize|partition|cluster|row_number|prev|next|rand)\b/;

/** @throws ServiceError what the real service refuses, and what this fake cannot keep up to date. */
export function parseView(text: string, source: string): ViewDefinition {
  const operators = splitTop(text, '|').map((part) => part.trim());
  const head = operators[0]?.replace(/^\['(.*)'\]$/, '$1').replace(/^materialized_view\(['"](.*)['"]\)$/, '$1');
  if (head !== source) throw refusedView(`its query must begin with ${source}, not ${operators[0] ?? ''}`);
  const last = operators.at(-1) ?? '';
  const summarizes = operators.filter((each) => /^summarize\b/.test(each)).length;
  if (summarizes !== 1 || !/^summarize\b/.test(last)) throw refusedView('its query must end with its only summarize');
  const forbidden = NOT_ALLOWED.exec(withoutStrings(text))?.[1];
  if (forbidden !== undefined) throw refusedView(`${forbidden} is not allowed in it`);
  const [aggregatesText, keysText] = splitBy(last.slice('summarize'.length));
  const aggregates = splitTop(aggregatesText, ',').map(parseAggregate);
  const keys = keysText === undefined ? [] : splitTop(keysText, ',').map((key) => key.trim());
  const dedup = aggregates.length === 1 && aggregates[0]!.name === 'take_any' && aggregates[0]!.arguments[0] === '*';
  return { text, prefix: operators.slice(1, -1).join(' | '), aggregates, keys, dedup };
}

function parseAggregate(text: string): ViewAggregate {
  const aggregate = text.trim();
  const call = /^(?:\w+\s*=\s*)?(\w+)\s*(?=\()/.exec(aggregate);
  const open = call?.[0].length ?? 0;
  if (call === null || skipBrackets(aggregate, open) !== aggregate.length) {
    throw refusedView(`${aggregate} is not a single aggregate`);
  }
  const name = call[1];
  if (!MERGEABLE.includes(name!)) throw refusedView(`${name} is not an aggregate that this service keeps up to date`);
  const inner = aggregate.slice(open + 1, -1).trim();
  return { name: name!, arguments: inner === '' ? [] : splitTop(inner, ',').map((part) => part.trim()) };
}

function splitBy(text: string): [string, string | undefined] {
  const parts = splitTop(text, /\bby\b/y);
  return [parts[0]!, parts.length > 1 ? parts.slice(1).join('by') : undefined];
}

const withoutStrings = (text: string): string => text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");

function refusedView(reason: string) {
  return badRequest('General_BadRequest', `Cannot create materialized view: ${reason}.`);
}
