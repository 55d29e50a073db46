/** What varies in the text of a query.kql, as fixed texts; values are query parameters, and their names begin with `_`. */
import type { KqlNames, KqlParameter, KqlParameters } from '../../core/contracts/store.ts';
import { type Condition, type Field, holdsForNone, ofRequests } from '../where.ts';
import { HEARD, HEARD_BEFORE } from './bounds-text.ts';
import { REQUESTS } from './measure.ts';

const fields: Readonly<Record<Field, string>> = {
  target: 'Target',
  origin: 'Origin',
  service: 'Service',
  originService: 'OriginService',
  event: 'Event',
  unit: 'Unit',
};

export interface WhereKql {
  /** Holds where all conditions do, ' and …' or ''. A field without a value equals ''. Attributes come last: they are parsed row by row. */
  readonly text: string;
  /** Behind `where`: the requests that those calls are counted per. */
  readonly requests: string;
  readonly values: KqlParameters;
}

export function whereKql(conditions: readonly Condition[]): WhereKql {
  const values: Record<string, KqlParameter> = {};
  const columns: string[] = [];
  const attributes: string[] = [];
  const ofThem = [REQUESTS];
  const untold: string[] = [];
  for (const [i, one] of conditions.entries()) {
    const { field, attribute, operator, value } = one;
    const { comparison, operand } = operator.endsWith('~') ? pattern(value) : { comparison: '==', operand: value };
    values[`_where${i}`] = string(operand);
    if (field === 'attribute') values[`_whereAttribute${i}`] = string(attribute);
    const subject = field === 'attribute' ? attributeKql(`_whereAttribute${i}`) : fields[field];
    const condition = `${subject} ${comparison} _where${i}`;
    const text = operator.startsWith('!') ? `not(${condition})` : condition;
    (field === 'attribute' ? attributes : columns).push(text);
    if (!ofRequests(one)) continue;
    ofThem.push(text);
    if (holdsForNone(one)) untold.push(subject);
  }
  return {
    text: [...columns, ...attributes].map((text) => ` and ${text}`).join(''),
    requests: ofThem.join(' and ') + untold.map((subject) => `\n    | ${withoutUntold(subject)}`).join(''),
    values,
  };
}

/** Takes out origins whose calls carry an attribute and whose requests do not: how many requests those calls belong to is not known. */
const withoutUntold = (attribute: string): string => `join kind=leftanti ({{sums}}(_from, _to, _grain, _asOf, _settled)
        | where isnotempty(${attribute})
        | summarize Told = countif(${REQUESTS}) by OriginService, Origin
        | where Told == 0) on OriginService, Origin`;

/** The value of one row attribute, '' when the row has none. `name` is KQL. */
export const attributeKql = (name: string): string => `tostring(parse_json(Attributes)[${name}])`;

/** `*` matches any text, line breaks included. Where the index of terms can help, no regular expression is needed. */
function pattern(text: string): { comparison: string; operand: string } {
  const stars = text.split('*').length - 1;
  if (stars === 0) return { comparison: '==', operand: text };
  if (stars === 1 && text.endsWith('*') && text !== '*')
    return { comparison: 'startswith_cs', operand: text.slice(0, -1) };
  const escaped = text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '[\\s\\S]*');
  return { comparison: 'matches regex', operand: `^${escaped}$` };
}

/** Names of what a database holds, for the placeholders. */
export function nameTexts({ rows, rollup5m, rollup1hTaken, sums, parts }: KqlNames): Readonly<Record<string, string>> {
  const names = { rows, rollup5m, rollup1hTaken, sums, parts };
  return { ...names, heard: fill(HEARD, names), heardBefore: fill(HEARD_BEFORE, names) };
}

/** Fills the placeholders `{{name}}` with fixed texts. */
export function fill(kql: string, text: Readonly<Record<string, string>>): string {
  return kql.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = text[name];
    if (value === undefined) throw new Error(`the KQL has an unknown placeholder {{${name}}}`);
    return value;
  });
}

/** Those of `values` that `text` names: a parameter that is declared and not used is an error to the reader. */
export function usedIn(text: string, values: KqlParameters): KqlParameters {
  const used = new Set(text.match(/\b_\w+/g));
  return Object.fromEntries(Object.entries(values).filter(([name]) => used.has(name)));
}

export const string = (value: string): KqlParameter => ({ type: 'string', value });
