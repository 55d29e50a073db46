import type { RefusalReason } from './types.ts';

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i;
/** Longer strings are no numbers; looking at a megabyte of text to find out would cost more than the span. */
const NUMBER_CHARS = 64;

/** The number a value stands for, or why it is none. Numeric strings count; hexadecimal and the like do not. */
export function toNumber(value: unknown): number | RefusalReason {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : 'not_finite';
    case 'string': {
      if (value.length > NUMBER_CHARS) return 'not_numeric';
      if (!NUMBER.test(value)) return isNonFinite(value) ? 'not_finite' : 'not_numeric';
      const number = Number(value);
      return Number.isFinite(number) ? number : 'not_finite';
    }
    case 'bigint': {
      const number = Number(value);
      return Number.isFinite(number) ? number : 'not_finite';
    }
    default:
      return Array.isArray(value) ? 'array' : 'not_numeric';
  }
}

function isNonFinite(text: string): boolean {
  const word = text.trim();
  return word === 'NaN' || word === 'Infinity' || word === '-Infinity' || word === '+Infinity';
}
