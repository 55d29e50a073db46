import type { Condition } from './rule.ts';
import { withFormerNames } from './semconv.ts';
import type { Scalar, Slot } from './slot.ts';

/** Matcher of a text with `*` for any run of characters: linear, whatever the pattern. */
export function wildcard(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  const middle = rest.filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const part of middle) {
      const at = text.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return from + last.length <= text.length;
  };
}

/** 5432 and '5432' are equal: YAML, SDKs and collectors do not agree on types. */
function equals(answer: Scalar | undefined, wanted: Scalar): boolean {
  if (answer === wanted) return true;
  return answer !== undefined && typeof answer !== typeof wanted && String(answer) === String(wanted);
}

/** Conditions are asked first and are no part of the key: what they look at may differ per span. */
export function conditionSlot(name: string, condition: Condition): Slot {
  const slot = { field: name, names: withFormerNames(name), keyed: false } as const;
  if (typeof condition !== 'object') {
    return { ...slot, test: (answer) => equals(answer, condition), wants: JSON.stringify(condition) };
  }
  if ('exists' in condition) {
    const { exists } = condition;
    return {
      ...slot,
      presence: true,
      test: (answer) => (answer !== undefined) === exists,
      wants: exists ? 'present' : 'absent',
    };
  }
  if ('in' in condition) {
    const wanted = condition.in;
    return {
      ...slot,
      test: (answer) => wanted.some((one) => equals(answer, one)),
      wants: `one of ${wanted.map((one) => JSON.stringify(one)).join(', ')}`,
    };
  }
  const matches = wildcard(condition.like);
  return {
    ...slot,
    test: (answer) => answer !== undefined && matches(typeof answer === 'string' ? answer : String(answer)),
    wants: `like ${JSON.stringify(condition.like)}`,
  };
}
