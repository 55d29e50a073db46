import type { AttributeView } from './attribute-view.ts';

/** What may be part of a combination of attribute values. Everything else counts as absent. */
export type Scalar = string | number | boolean;

/** A span or a data point, as far as slots read it. */
export interface Facts extends AttributeView {
  readonly name: string;
  readonly service: string;
  /** Of spans. */
  readonly kind?: number;
  readonly scopeName?: string;
  /** Of data points. */
  readonly unit?: string;
}

/**
 * One question a rule asks of a span. Slots are asked in order; the answers of the keyed ones are the path to the
 * cached result, so two spans with the same answers share one.
 */
export interface Slot {
  /** What it is about, for `explain`: `host`, `system`, an attribute name... */
  readonly field: string;
  /** Attributes that answer it, first present wins. Empty: only `derive`. */
  readonly names: readonly string[];
  /** Answers when no attribute does; must be cheap and depend on `facts` alone. */
  readonly derive?: (facts: Facts) => Scalar | undefined;
  /** Attributes that `derive` reads. */
  readonly derivedFrom?: readonly string[];
  /** False: the answer decides whether the rule applies, but not what it yields. Default true. */
  readonly keyed?: boolean;
  /** The rule does not apply when the answer fails this. */
  readonly test?: (answer: Scalar | undefined) => boolean;
  /** What `test` wants, for `explain`. */
  readonly wants?: string;
  /** Not asked when an earlier slot with one of these positions has an answer. */
  readonly unless?: readonly number[];
  /** The answer is `true` for a present value of any shape. */
  readonly presence?: boolean;
}

/** Strings, finite numbers and booleans; '' and everything else count as absent. */
export function scalar(value: unknown): Scalar | undefined {
  switch (typeof value) {
    case 'string':
      return value.length === 0 ? undefined : value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    default:
      return undefined;
  }
}

export function firstScalar(attributes: AttributeView, names: readonly string[]): Scalar | undefined {
  for (let i = 0; i < names.length; i++) {
    const value = attributes.attribute(names[i]!);
    if (value === undefined) continue;
    const answer = scalar(value);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Whether one of the attributes has a value, of whatever shape. */
export function present(attributes: AttributeView, names: readonly string[]): true | undefined {
  for (let i = 0; i < names.length; i++) {
    const value = attributes.attribute(names[i]!);
    if (value !== undefined && value !== null && value !== '') return true;
  }
  return undefined;
}

export function ask(slot: Slot, facts: Facts): Scalar | undefined {
  const answer = slot.presence === true ? present(facts, slot.names) : firstScalar(facts, slot.names);
  return answer === undefined && slot.derive !== undefined ? slot.derive(facts) : answer;
}

/** Whether the slot is asked at all, given the answers so far. */
export function isAsked(slot: Slot, answers: readonly (Scalar | undefined)[]): boolean {
  const unless = slot.unless;
  if (unless === undefined) return true;
  for (let i = 0; i < unless.length; i++) if (answers[unless[i]!] !== undefined) return false;
  return true;
}

export const isPresent = (answer: Scalar | undefined): boolean => answer !== undefined;

export const serviceOf = (facts: Facts): string => facts.service;
export const nameOf = (facts: Facts): string => facts.name;
export const kindOf = (facts: Facts): number => facts.kind ?? -1;
export const unitOf = (facts: Facts): string => facts.unit ?? '';

/** The answer as text, '' when absent. */
export function textOf(answer: Scalar | undefined): string {
  return answer === undefined ? '' : String(answer);
}
