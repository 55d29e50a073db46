import type { SqlParams } from './report.ts';
import { usage } from './time.ts';

/** Fields that can be asked for, and where each is in a row. Nothing else of a query's text depends on the user. */
const fields: Readonly<Record<string, string>> = {
  target: 'target',
  origin: 'origin',
  service: 'service',
  originService: 'origin_service',
  event: 'event',
  unit: 'unit',
};

export interface Condition {
  readonly field: string;
  /** Name of the row attribute when `field` is `attribute`. */
  readonly attribute: string;
  readonly operator: '=' | '!=' | '~' | '!~';
  readonly value: string;
}

/**
 * `field=value`, `field!=value`, `field~pattern`, `field!~pattern`, joined by commas, all must hold. `*` in a pattern matches any text.
 * A value with a comma is quoted: `origin="GET /a,b"`.
 * @throws AttributionError `ATTR_USAGE`
 */
export function parseWhere(text: string): Condition[] {
  const conditions: Condition[] = [];
  const term = /\s*([A-Za-z]+)((?:\.[^=!~,]+)?)(!=|!~|=|~)(?:"((?:[^"\\]|\\.)*)"|((?!")[^,]*))\s*(?:,|$)/y;
  while (term.lastIndex < text.length) {
    const at = term.lastIndex;
    const match = term.exec(text);
    if (match === null) throw whereError(text, `cannot read ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, name, dotted, operator, quoted, plain] = match;
    const field = name === 'attribute' || name === 'attributes' ? 'attribute' : name!;
    const attribute = dotted!.slice(1);
    if (field === 'attribute' ? attribute === '' : attribute !== '' || !Object.hasOwn(fields, field)) {
      throw whereError(text, `unknown field ${JSON.stringify(name! + dotted!)}`);
    }
    const value = quoted === undefined ? plain!.trim() : quoted.replaceAll(/\\(.)/g, '$1');
    conditions.push({ field, attribute, operator: operator as Condition['operator'], value });
  }
  if (conditions.length > 20) throw whereError(text, `${conditions.length} conditions, at most 20`);
  return conditions;
}

/** SQL that holds where all conditions do, ' AND …' or ''. Values are bound. A field without a value equals ''. */
export function whereSql(conditions: readonly Condition[]): { sql: string; params: SqlParams } {
  const params: Record<string, string> = {};
  let sql = '';
  for (const [i, { field, attribute, operator, value }] of conditions.entries()) {
    const like = operator.endsWith('~');
    params[`where_${i}`] = like ? likePattern(value) : value;
    let expression = fields[field]!;
    if (field === 'attribute') {
      params[`where_path_${i}`] = jsonPointer(attribute);
      expression = attributeSql(`$where_path_${i}`);
      expression = `coalesce(${expression}, '')`;
    }
    const not = operator.startsWith('!') ? 'NOT ' : '';
    sql += ` AND ${not}(${expression} ${like ? 'LIKE' : '='} $where_${i}${like ? " ESCAPE '\\'" : ''})`;
  }
  return { sql, params };
}

/** The value of one row attribute, NULL when the row has none. The name is a bound JSON pointer. */
export const attributeSql = (path: string): string =>
  `CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, ${path}::VARCHAR) END`;

/** RFC 6901. */
export const jsonPointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const likePattern = (pattern: string): string => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');

function whereError(text: string, problem: string) {
  return usage(
    `--where is ${JSON.stringify(text)}: ${problem}. Expected field=value or field~pattern*, joined by commas; ` +
      `fields are ${Object.keys(fields).join(', ')}, attribute.<name>`,
  );
}
