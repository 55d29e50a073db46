import { didYouMean, nearMiss } from './near-miss.ts';
import { usage } from './time.ts';

const fields = ['target', 'origin', 'service', 'originService', 'event', 'unit'] as const;

/** Fields that can be asked for. Nothing else of a query's text depends on the user. */
export type Field = (typeof fields)[number];

export interface Condition<F extends string = Field> {
  readonly field: F | 'attribute';
  /** Name of the row attribute when `field` is `attribute`. */
  readonly attribute: string;
  readonly operator: '=' | '!=' | '~' | '!~';
  readonly value: string;
}

/** Attributes that belong to an event and not to who caused it: no request carries them, and they choose among calls alone. */
const EVENT_ATTRIBUTES: readonly string[] = ['gen_ai.token.type'];

/**
 * The conditions that a request has to meet as well, for calls per request. What else can be asked for says which calls are meant, of a
 * request that is the same for all of them; its origin is that of the calls anyway.
 */
export const ofRequests = ({ field, attribute }: Condition): boolean =>
  field === 'attribute' && !EVENT_ATTRIBUTES.includes(attribute);

/** Whether the condition holds for what has no such value: such a request may lack the attribute, or nobody told it. */
export function holdsForNone({ operator, value }: Condition): boolean {
  const matches = operator.endsWith('~') ? value.replaceAll('*', '') === '' : value === '';
  return matches !== operator.startsWith('!');
}

/**
 * `field=value`, `field!=value`, `field~pattern`, `field!~pattern`, joined by commas, all must hold. `*` in a pattern matches any text.
 * A value with a comma is quoted: `origin="GET /a,b"`.
 * @throws AttributionError `ATTR_USAGE`
 */
export const parseWhere = (text: string): Condition[] => parseConditions(text, fields);

/** The same over other fields. */
export function parseConditions<F extends string>(text: string, known: readonly F[]): Condition<F>[] {
  const conditions: Condition<F>[] = [];
  const term = /\s*([A-Za-z]+)((?:\.[^=!~,]+)?)(!=|!~|=|~)(?:"((?:[^"\\]|\\.)*)"|((?!")[^,]*))\s*(?:,|$)/y;
  while (term.lastIndex < text.length) {
    const at = term.lastIndex;
    const match = term.exec(text);
    if (match === null) throw whereError(text, `cannot read ${JSON.stringify(text.slice(at, at + 40))}`, known);
    const [, name, dotted, operator, quoted, plain] = match;
    const attribute = dotted!.slice(1);
    const field = fieldOf(name!, known);
    if (field === undefined || (field === 'attribute') !== (attribute !== '')) {
      throw whereError(
        text,
        `unknown field ${JSON.stringify(name! + dotted!)}${didYouMean(nearMiss(name! + dotted!, known))}`,
        known,
      );
    }
    const value = quoted === undefined ? plain!.trim() : quoted.replaceAll(/\\(.)/g, '$1');
    conditions.push({ field, attribute, operator: operator as Condition['operator'], value });
  }
  if (conditions.length > 20) throw whereError(text, `${conditions.length} conditions, at most 20`, known);
  return conditions;
}

function fieldOf<F extends string>(name: string, known: readonly F[]): F | 'attribute' | undefined {
  return name === 'attribute' || name === 'attributes' ? 'attribute' : known.find((field) => field === name);
}

function whereError(text: string, problem: string, known: readonly string[]) {
  return usage(
    `--where is ${JSON.stringify(text)}: ${problem}${problem.endsWith('?') ? '' : '.'} Expected field=value or field~pattern*, joined by commas; ` +
      `fields are ${known.join(', ')}, attribute.<name>`,
  );
}

/** Whether a condition holds for a value; a value that is not there is ''. */
export function holds({ operator, value }: Condition<string>, of: string): boolean {
  const pattern = value.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '[^]*');
  const matches = operator.endsWith('~') ? new RegExp(`^${pattern}$`).test(of) : of === value;
  return matches !== operator.startsWith('!');
}
