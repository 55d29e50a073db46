import { withFormerNames } from './semconv.ts';
import { nameOf, type Scalar, type Slot, serviceOf, textOf, unitOf } from './slot.ts';

const FACTS: Readonly<Record<string, Slot['derive']>> = {
  'service.name': serviceOf,
  'span.name': nameOf,
  'metric.name': nameOf,
  'metric.unit': unitOf,
};

/** A slot that reads attribute `name`, or a fact such as `service.name`, which counts only if the attribute is absent. */
export function attributeSlot(name: string, unless?: readonly number[]): Slot {
  const fact = Object.hasOwn(FACTS, name) ? FACTS[name] : undefined;
  return {
    field: name,
    names: withFormerNames(name),
    ...(fact === undefined ? {} : { derive: (facts) => fact(facts) || undefined }),
    ...(unless === undefined ? {} : { unless }),
  };
}

/** Text with placeholders `{attribute}`, `{first|second|=literal}`. */
export interface Template {
  /** Placeholders, each a list of alternatives. */
  readonly holes: readonly (readonly string[])[];
  /** Text before, between and after the holes: one more than holes. */
  readonly text: readonly string[];
}

/** A string says what is wrong with the template. */
export function parseTemplate(template: string): Template | string {
  const holes: string[][] = [];
  const text: string[] = [];
  let from = 0;
  for (;;) {
    const open = template.indexOf('{', from);
    const stray = template.indexOf('}', from);
    if (stray !== -1 && (open === -1 || stray < open)) return invalid(template, "'}' without '{'");
    if (open === -1) break;
    const close = template.indexOf('}', open);
    const inner = close === -1 ? '' : template.slice(open + 1, close);
    if (close === -1 || inner.includes('{')) return invalid(template, "'{' without '}'");
    const alternatives = inner.split('|').map((name) => name.trim());
    if (alternatives.some((name) => name === '')) return invalid(template, 'an empty placeholder');
    text.push(template.slice(from, open));
    holes.push(alternatives);
    from = close + 1;
  }
  text.push(template.slice(from));
  return { holes, text };
}

function invalid(template: string, problem: string): string {
  return `${JSON.stringify(template)} has ${problem}; write {attribute} or {first|second|=literal}`;
}

/** Alternatives as slots appended to `slots`; the returned function picks the first that has an answer. */
export function firstOf(
  alternatives: readonly string[],
  slots: Slot[],
): (answers: readonly (Scalar | undefined)[]) => string {
  const picks: { at: number; literal: string }[] = [];
  const earlier: number[] = [];
  for (const name of alternatives) {
    if (name.startsWith('=')) {
      picks.push({ at: -1, literal: name.slice(1) });
      break;
    }
    slots.push(attributeSlot(name, earlier.length === 0 ? undefined : [...earlier]));
    const at = slots.length - 1;
    earlier.push(at);
    picks.push({ at, literal: '' });
  }
  return (answers) => {
    for (const { at, literal } of picks) {
      const text = at === -1 ? literal : textOf(answers[at]);
      if (text !== '') return text;
    }
    return '';
  };
}
