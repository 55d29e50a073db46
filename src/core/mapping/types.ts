import type { Measure } from '../aggregate/dictionary.ts';
import type { AttributeShape, AttributeView } from './attribute-view.ts';

/** What the mapping reads of a span, so that plug-in and collector share one mapping. */
export interface SpanFacts extends AttributeView {
  readonly name: string;
  /** SpanKind of the OpenTelemetry API: INTERNAL 0, SERVER 1, CLIENT 2, PRODUCER 3, CONSUMER 4. */
  readonly kind: number;
  /** `service.name` of the emitter. */
  readonly service: string;
  readonly scopeName: string;
  /** Names of all attributes, in the span's own order. */
  attributeKeys(): readonly string[];
  /** Whether the attributes are exactly those of `shape`, in that order: the fast way to a result known before. */
  hasShape(shape: AttributeShape): boolean;
}

export type PointType = 'sum' | 'updown' | 'gauge' | 'histogram';

/** What the mapping reads of a metric data point. Sums and histograms are deltas. */
export interface PointFacts extends AttributeView {
  /** Name of the metric. */
  readonly name: string;
  /** UCUM, '' when the metric states none. */
  readonly unit: string;
  /** `sum`: monotonic; `updown` and `gauge` are levels, counted only by rules with `integrate: true`. */
  readonly type: PointType;
  readonly service: string;
}

export type Category = 'server' | 'db' | 'http' | 'messaging' | 'rpc' | 'aws' | 'faas' | 'genai' | 'custom';

/** Why a value was refused; the reason of `attribution.measurement.refused`. */
export type RefusalReason = 'not_finite' | 'not_numeric' | 'array' | 'negative' | 'unreadable' | 'gauge' | 'unknown';

export interface Mapped {
  /** Name of the rule that fired; presets are `preset:<name>`. */
  readonly rule: string;
  readonly category: Category;
  readonly target: string;
  /** Canonical name of the system for "innermost of one system wins" (db, genai), else ''. */
  readonly system: string;
  /**
   * Declared host of the span (lower case, without port), '' when absent or only a peer IP is known:
   * an outer client span absorbs an inner HTTP span only if '' or equal.
   */
  readonly address: string;
  /**
   * Whether its call may be made of HTTP calls. Brokers with a protocol of their own are not asked over HTTP, and spans of
   * receiving from them may stand above all that a handler does.
   */
  readonly overHttp: boolean;
  /** Part in a pair of instrumentations whose spans stand beside each other: see `siblings.ts`. '' for most. */
  readonly sibling: 'mapper' | 'driver' | '';
  /** Connection spans (`pg.connect`...: never operations, winners or origins; they have no measures. */
  readonly connection: boolean;
  /** A database whose sessions wait for each other's locks: its calls are remembered for `blame`. */
  readonly locks: boolean;
  /** Part of a message's way in: messages are counted by `process` spans if there are any, else by the `receive` span. */
  readonly consumes: 'process' | 'receive' | '';
  /** True when every measure is a level times seconds: what gauges need. */
  readonly integrates: boolean;
  /** `measures[i]` is filled with the value `read(i, ...)` returns. */
  readonly measures: readonly Measure[];
  /**
   * Value of measure `i` in its base unit; NaN when it is absent or refused (refusals are counted with a reason).
   * `point` is the value of the data point, for rules with `value: 'point'`; `durationSeconds` is then the interval it covers.
   * Never throws.
   */
  read(i: number, attributes: AttributeView, durationSeconds: number, point?: number): number;
  /** True when measure `i` is the span's duration: it may be spread over windows, and it is what an unended span lacks. */
  isDuration(i: number): boolean;
}

export interface Mapping {
  /** 16 hex digits that change when presets, rules or the built-in tables change. */
  readonly hash: string;
  readonly hasMetricRules: boolean;
  /** Every attribute that a rule or a value may read, sorted: what a decoder has to keep of a span. */
  readonly attributeKeys: readonly string[];
  /**
   * Undefined when no rule matches. The result is cached per combination of attribute values:
   * nothing is allocated for a known one. Never throws.
   */
  match(span: SpanFacts): Mapped | undefined;
  /** As `match`, for metric data points; only rules with `signal: metric` apply. */
  matchPoint(point: PointFacts): Mapped | undefined;
}
