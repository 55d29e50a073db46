import type { Scalar, Slot } from './slot.ts';
import type { Category } from './types.ts';

/** Where a measure's value comes from. */
export type ValueSource =
  | { readonly from: 'duration' }
  | { readonly from: 'constant'; readonly value: number }
  | {
      readonly from: 'attribute';
      /** First present wins. */
      readonly names: readonly string[];
      /** Counted when none is present; without it there is no measurement then. */
      readonly fallback?: number;
      /** True: there is such a value, whether the span tells it or not. Its absence is refused, and so in the accounts. */
      readonly expected?: boolean;
      /** Turns the raw attribute into a number, for values that are no plain number. */
      readonly parse?: (value: unknown) => number | undefined;
      /** Negative values are refused: sizes, tokens and messages use -1 for "unknown". */
      readonly nonNegative?: boolean;
    }
  | {
      readonly from: 'point';
      /** Value × seconds. */
      readonly integrate: boolean;
    };

export interface EventSpec {
  readonly name: string;
  /** As the value comes; stored in its base unit. */
  readonly unit: string;
  readonly value: ValueSource;
  /** Row attributes of this event. */
  readonly attributes?: Readonly<Record<string, Scalar | undefined>>;
  /** Default: the target of the rule. */
  readonly target?: string;
}

/** What a rule makes of one combination of answers. */
export interface Outcome {
  readonly category: Category;
  readonly target: string;
  readonly system?: string;
  readonly address?: string;
  readonly connection?: boolean;
  readonly consumes?: 'process' | 'receive';
  /** Default true. */
  readonly overHttp?: boolean;
  readonly sibling?: 'mapper' | 'driver' | '';
  readonly events: readonly EventSpec[];
}

/** Answers of a rule's slots, by position; undefined where absent or not asked. */
export type Answers = readonly (Scalar | undefined)[];

/** A rule ready to be asked: presets and user rules alike. */
export interface Plan {
  /** Rule name, `preset:db` for presets. */
  readonly name: string;
  readonly signal: 'span' | 'metric';
  /** Span kinds it applies to; empty for metric rules. */
  readonly kinds: readonly number[];
  readonly slots: readonly Slot[];
  /** Attributes that the values of its events may be read from: `valueKeys(events)`. */
  readonly valueKeys: readonly string[];
  /** Called once per combination. A string says why the rule does not apply after all. */
  build(answers: Answers): Outcome | string;
}

/** Attributes that the values of these events are read from. */
export function valueKeys(events: readonly EventSpec[]): string[] {
  return events.flatMap(({ value }) => (value.from === 'attribute' ? value.names : []));
}

/** Every attribute that a rule may read. */
export function keysOf(plan: Plan): string[] {
  return [...plan.slots.flatMap(({ names, derivedFrom = [] }) => [...names, ...derivedFrom]), ...plan.valueKeys];
}
