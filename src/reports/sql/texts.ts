/** What varies in the text of a query.sql, as fixed texts; values are bound. */
import type { SqlParams } from '../../core/contracts/store.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { type By, NONE } from '../by.ts';
import type { Measure } from '../source.ts';
import type { Condition, Field } from '../where.ts';

/**
 * Entry spans of the service that named the origin: one per request, message or invocation. What it calls with its origin
 * (`propagateTo`) has entry spans under the same origin, which are no further requests.
 */
export const REQUESTS = `target LIKE 'service://%' AND service = origin_service AND event IN
  ('http.server.request.duration', 'rpc.server.call.duration', 'messaging.process.duration', 'faas.invoke_duration')`;

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

/**
 * What to group by: `key` with `key_service` beside it, `unattributed` (true for the row that names nobody), and `block`, the target of
 * a table of its own ('' when targets are what is compared).
 */
export function bySql(by: By): Texts {
  const block = 'target';
  const nobody = { key_service: "''", unattributed: 'false' };
  switch (by.kind) {
    case 'origin':
      return {
        text: {
          key_service: `CASE WHEN origin = '${UNATTRIBUTED}' THEN '' ELSE origin_service END`,
          key: 'origin',
          unattributed: `key = '${UNATTRIBUTED}'`,
          block,
        },
        params: {},
      };
    case 'target':
      return { text: { ...nobody, key: 'target', block: "''" }, params: {} };
    case 'service':
      return { text: { ...nobody, key: 'service', block }, params: {} };
    case 'attribute':
      return {
        text: {
          ...nobody,
          key: `coalesce(nullif(${attributeSql('$by_path')}, ''), '${NONE}')`,
          unattributed: `key = '${NONE}'`,
          block,
        },
        params: { by_path: jsonPointer(by.name) },
      };
  }
}

/** Holds where all conditions do, ' AND …' or ''. A field without a value equals ''. */
export function whereSql(conditions: readonly Condition[]): { sql: string; params: SqlParams } {
  const params: Record<string, string> = {};
  let sql = '';
  for (const [i, { field, attribute, operator, value }] of conditions.entries()) {
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
    sql += ` AND ${not}(${expression} ${like ? 'LIKE' : '='} $where_${i}${like ? " ESCAPE '\\'" : ''})`;
  }
  return { sql, params };
}

export function measureSql(measure: Measure): string {
  if (measure.kind === 'event') return 'event = $measure';
  if (measure.kind === 'any') return 'true';
  return `unit = 's'${measure.servers ? '' : " AND target NOT LIKE 'service://%'"} AND target <> 'otel-attribution'`;
}

/** The value of one row attribute, NULL when the row has none. The name is a bound JSON pointer. */
const attributeSql = (path: string): string =>
  `CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, ${path}::VARCHAR) END`;

/** RFC 6901. */
export const jsonPointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const likePattern = (pattern: string): string => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');

/** Fills the placeholders `{{name}}` with fixed texts and keeps the parameters that the text names. */
export function statement(sql: string, text: Readonly<Record<string, string>>, params: SqlParams): [string, SqlParams] {
  const filled = sql.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = text[name];
    if (value === undefined) throw new Error(`query.sql has an unknown placeholder {{${name}}}`);
    return value;
  });
  const used = new Set([...filled.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  return [filled, Object.fromEntries(Object.entries(params).filter(([name]) => used.has(name)))];
}
