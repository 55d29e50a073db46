/** What varies in the text of a query.kql, as fixed texts; values are query parameters, and their names begin with `_`. */
import type { KqlNames, KqlParameter, KqlParameters } from '../../core/contracts/store.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { type By, NONE } from '../by.ts';
import type { Measure } from '../source.ts';
import type { Condition, Field } from '../where.ts';

/** See REQUESTS in sql/texts.ts. */
export const REQUESTS = `Target startswith_cs 'service://' and Service == OriginService and Event in
    ('http.server.request.duration', 'rpc.server.call.duration', 'messaging.process.duration', 'faas.invoke_duration')`;

const fields: Readonly<Record<Field, string>> = {
  target: 'Target',
  origin: 'Origin',
  service: 'Service',
  originService: 'OriginService',
  event: 'Event',
  unit: 'Unit',
};

export interface Grouping {
  readonly block: string;
  readonly keyService: string;
  readonly key: string;
  /** Of the key alone: true where it names nobody. */
  readonly nobody: string;
}

/** See `bySql`. */
export function byKql(by: By): { text: Grouping; values: KqlParameters } {
  const plain = { keyService: "''", nobody: 'false' };
  switch (by.kind) {
    case 'origin':
      return {
        text: {
          block: 'Target',
          keyService: `iff(Origin == '${UNATTRIBUTED}', '', OriginService)`,
          key: 'Origin',
          nobody: `Key == '${UNATTRIBUTED}'`,
        },
        values: {},
      };
    case 'target':
      return { text: { ...plain, block: "''", key: 'Target' }, values: {} };
    case 'service':
      return { text: { ...plain, block: 'Target', key: 'Service' }, values: {} };
    case 'attribute':
      return {
        text: {
          ...plain,
          block: 'Target',
          // To coalesce, an empty string is as good as none.
          key: `coalesce(${attributeKql('_byAttribute')}, '${NONE}')`,
          nobody: `Key == '${NONE}'`,
        },
        values: { _byAttribute: string(by.name) },
      };
  }
}

/** Holds where all conditions do, ' and …' or ''. A field without a value equals ''. Attributes come last: they are parsed row by row. */
export function whereKql(conditions: readonly Condition[]): { text: string; values: KqlParameters } {
  const values: Record<string, KqlParameter> = {};
  const columns: string[] = [];
  const attributes: string[] = [];
  for (const [i, { field, attribute, operator, value }] of conditions.entries()) {
    const { comparison, operand } = operator.endsWith('~') ? pattern(value) : { comparison: '==', operand: value };
    values[`_where${i}`] = string(operand);
    if (field === 'attribute') values[`_whereAttribute${i}`] = string(attribute);
    const subject = field === 'attribute' ? attributeKql(`_whereAttribute${i}`) : fields[field];
    const condition = `${subject} ${comparison} _where${i}`;
    const text = operator.startsWith('!') ? `not(${condition})` : condition;
    (field === 'attribute' ? attributes : columns).push(text);
  }
  return { text: [...columns, ...attributes].map((text) => ` and ${text}`).join(''), values };
}

export function measureKql(measure: Measure): string {
  if (measure.kind === 'event') return 'Event == _measure';
  if (measure.kind === 'any') return 'true';
  return `Unit == 's'${measure.servers ? '' : " and Target !startswith_cs 'service://'"} and Target != 'otel-attribution'`;
}

/** The value of one row attribute, '' when the row has none. */
const attributeKql = (name: string): string => `tostring(parse_json(Attributes)[${name}])`;

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
export const nameTexts = (names: KqlNames): Readonly<Record<string, string>> => ({
  rows: names.rows,
  rollup5m: names.rollup5m,
  rollup1h: names.rollup1h,
  sums: names.sums,
  parts: names.parts,
});

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

const string = (value: string): KqlParameter => ({ type: 'string', value });
