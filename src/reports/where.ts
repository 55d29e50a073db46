import { didYouMean, nearMiss } from './near-miss.ts';
import { usage } from './time.ts';

const fields = ['target', 'origin', 'service', 'originService', 'event', 'unit'] as const;

/** Fields that can be asked for. Nothing else of a query's text depends on the user. */
export type Field = (typeof fields)[number];

export interface Condition {
  readonly field: Field | 'attribute';
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
    const attribute = dotted!.slice(1);
    const field = fieldOf(name!);
    if (field === undefined || (field === 'attribute') !== (attribute !== '')) {
      throw whereError(
        text,
        `unknown field ${JSON.stringify(name! + dotted!)}${didYouMean(nearMiss(name! + dotted!, fields))}`,
      );
    }
    const value = quoted === undefined ? plain!.trim() : quoted.replaceAll(/\\(.)/g, '$1');
    conditions.push({ field, attribute, operator: operator as Condition['operator'], value });
  }
  if (conditions.length > 20) throw whereError(text, `${conditions.length} conditions, at most 20`);
  return conditions;
}

function fieldOf(name: string): Condition['field'] | undefined {
  return name === 'attribute' || name === 'attributes' ? 'attribute' : fields.find((field) => field === name);
}

function whereError(text: string, problem: string) {
  return usage(
    `--where is ${JSON.stringify(text)}: ${problem}${problem.endsWith('?') ? '' : '.'} Expected field=value or field~pattern*, joined by commas; ` +
      `fields are ${fields.join(', ')}, attribute.<name>`,
  );
}
