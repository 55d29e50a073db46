/** The rule schema: one mapping from a span or a data point to measurements. The same in code and in YAML. */

import type { SpanKindName } from '../span-kind.ts';

/** Condition on one attribute: an exact value, one of several, present at all, or a pattern with `*`. */
export type Condition =
  | string
  | number
  | boolean
  | { readonly in: readonly (string | number | boolean)[] }
  | { readonly exists: boolean }
  | { readonly like: string };

export interface Rule {
  /** Shown by `explain` and in the accounts. */
  readonly name: string;
  /** Default `span`. */
  readonly signal?: 'span' | 'metric';
  readonly match?: {
    readonly kind?: SpanKindName | readonly SpanKindName[];
    /** Span name, or metric name when `signal` is `metric`; `*` matches within. */
    readonly name?: string;
    readonly attributes?: Readonly<Record<string, Condition>>;
  };
  /** Attribute names, first found wins; or a template such as `redis://{server.address}/{db.namespace}`. */
  readonly target: string | readonly string[];
  readonly events: readonly RuleEvent[];
  /** Row attributes that this rule adds: name → span attribute or `=literal`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface RuleEvent {
  readonly name: string;
  /** UCUM. Time, size and prefixed units are converted to their base unit (`s`, `By`). */
  readonly unit: string;
  /** Default `duration`. */
  readonly value?: 'duration' | 'point' | number | { readonly attribute: string | readonly string[] };
  /** Row attributes that belong to this event: name → span attribute or `=literal`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** A gauge is no sum. True: count value × seconds since the last point. */
  readonly integrate?: boolean;
}
