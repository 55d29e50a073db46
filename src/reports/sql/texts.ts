/** What varies in the text of a query.sql, as fixed texts; values are bound. */
import type { SqlParams } from '../../core/contracts/store.ts';
import { ACCOUNTS_TARGET, BLOCKED_EVENT } from '../../core/model.ts';
import { type Measure, requestEvents, SERVICE_TARGETS } from '../measure.ts';
import { type Condition, type Field, holdsForNone, ofRequests } from '../where.ts';

/** Windows that begin in the range; with a name those of another period, of `$<name>_from` to `$<name>_to`. */
export const span = (period = ''): string => {
  const [from, to] = ['from', 'to'].map((end) => `epoch_ms($${period === '' ? end : `${period}_${end}`}::BIGINT)`);
  return `window_start >= ${from} AND window_start < ${to}`;
};

/** A moment of a period, its end included. */
export const within = (moment: string, period = ''): string => {
  const [from, to] = ['from', 'to'].map((end) => `epoch_ms($${period === '' ? end : `${period}_${end}`}::BIGINT)`);
  return `${moment} >= ${from} AND ${moment} <= ${to}`;
};

/** Behind a condition. */
export const sealed = (asOf: number | undefined): string =>
  asOf === undefined ? '' : ' AND sealed_at <= epoch_ms($as_of::BIGINT)';

/** See `requestEvents`. */
const REQUESTS = `target LIKE '${SERVICE_TARGETS}%' AND service = origin_service AND event IN
  (${requestEvents.map((event) => `'${event}'`).join(', ')})`;

export const NO_ACCOUNTS = `target <> '${ACCOUNTS_TARGET}'`;

export function measureSql(measure: Measure): string {
  if (measure.kind === 'event') return 'event = $measure';
  if (measure.kind === 'any') return 'true';
  return `unit = 's'${measure.servers ? '' : ` AND target NOT LIKE '${SERVICE_TARGETS}%'`} AND ${NO_ACCOUNTS} AND event <> '${BLOCKED_EVENT}'`;
}

const fields: Readonly<Record<Field, string>> = {
  target: 'target',
  origin: 'origin',
  service: 'service',
  originService: 'origin_service',
  event: 'event',
  unit: 'unit',
};

export interface Texts {
  readonly text: Readonly<Record<string, string>>;
  readonly params: SqlParams;
}

export interface WhereSql {
  /** Holds where all conditions do, ' AND …' or ''. A field without a value equals ''. */
  readonly sql: string;
  /** Holds for the requests that those calls are counted per. `within` is the period and what was sealed in time. */
  readonly requests: (within: string) => string;
  readonly params: SqlParams;
}

export function whereSql(conditions: readonly Condition[]): WhereSql {
  const params: Record<string, string> = {};
  let sql = '';
  let ofThem = REQUESTS;
  const untold: string[] = [];
  for (const [i, condition] of conditions.entries()) {
    const { field, attribute, operator, value } = condition;
    const like = operator.endsWith('~');
    params[`where_${i}`] = like ? likePattern(value) : value;
    let expression: string;
    if (field === 'attribute') {
      params[`where_path_${i}`] = jsonPointer(attribute);
      expression = `coalesce(${attributeSql(`$where_path_${i}`)}, '')`;
    } else {
      expression = fields[field];
    }
    const not = operator.startsWith('!') ? 'NOT ' : '';
    const text = ` AND ${not}(${expression} ${like ? 'LIKE' : '='} $where_${i}${like ? " ESCAPE '\\'" : ''})`;
    sql += text;
    if (!ofRequests(condition)) continue;
    ofThem += text;
    if (holdsForNone(condition)) untold.push(expression);
  }
  const requests = (within: string): string =>
    ofThem +
    untold.map((expression) => ` AND (origin_service, origin) NOT IN (${untoldSql(expression, within)})`).join('');
  return { sql, requests, params };
}

/** Origins whose calls carry an attribute and whose requests do not: how many requests those calls belong to is not known. */
const untoldSql = (attribute: string, within: string): string => `
    SELECT origin_service, origin FROM sums WHERE ${within} AND ${attribute} <> '' GROUP BY ALL HAVING NOT bool_or(${REQUESTS})`;

/** The value of one row attribute, NULL when the row has none. The name is a bound JSON pointer. */
export const attributeSql = (path: string): string =>
  `CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, ${path}::VARCHAR) END`;

/** RFC 6901. */
export const jsonPointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const likePattern = (pattern: string): string => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');

/** Fixed texts by placeholder: `{{name}}`, and `{{name:argument}}` where it is a function. */
export type Fragments = Readonly<Record<string, string | ((argument?: string) => string)>>;

/** Fills the placeholders and keeps the parameters that the text names. */
export function statement(sql: string, fragments: Fragments, params: SqlParams): [string, SqlParams] {
  const filled = sql.replaceAll(/\{\{(\w+)(?::(\w+))?\}\}/g, (_, name: string, argument?: string) => {
    const fragment = fragments[name];
    if (fragment === undefined) throw new Error(`query.sql has an unknown placeholder {{${name}}}`);
    return typeof fragment === 'string' ? fragment : fragment(argument);
  });
  const used = new Set([...filled.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  return [filled, Object.fromEntries(Object.entries(params).filter(([name]) => used.has(name)))];
}
