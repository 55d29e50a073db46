import { Accounts } from '../accounts.ts';
import { Dictionary } from '../aggregate/dictionary.ts';
import { kindNames } from '../span-kind.ts';
import { compilePlans, type MappingOptions } from './compile.ts';
import { MappedCombination } from './mapped.ts';
import type { Outcome, Plan } from './plan.ts';
import { ask, type Facts, isAsked, type Scalar, type Slot, scalar } from './slot.ts';
import type { Category, PointFacts, SpanFacts } from './types.ts';

export interface UsedAttribute {
  /** What it answered: `host`, `dbSystem`, an attribute name of a rule. */
  readonly field: string;
  /** The attribute that was found, or what it was derived from. */
  readonly name: string;
  /** `former`: an older name of the attribute; `derived`: worked out, from the URL for example. */
  readonly source: 'current' | 'former' | 'derived';
  readonly value: Scalar;
}

export interface ExplainedMeasure {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly attributes: string;
  /** In `unit`; null when absent or refused. */
  readonly value: number | null;
  /** Why the value was refused, '' if it was not. */
  readonly refused: string;
}

export interface Explanation {
  readonly signal: 'span' | 'metric';
  /** Null when no rule matched. */
  readonly matched: {
    readonly rule: string;
    readonly category: Category;
    readonly target: string;
    readonly system: string;
    readonly address: string;
    readonly connection: boolean;
    readonly attributes: readonly UsedAttribute[];
    readonly measures: readonly ExplainedMeasure[];
  } | null;
  /** Every other rule in the order in which they are tried. */
  readonly others: readonly { readonly rule: string; readonly why: string }[];
}

/**
 * Says which rule fires for a span, what it read and yields, and why the others do not. Compiles anew, so it is for
 * people, not for hot paths. Throws ATTR_CONFIG_INVALID when the rules are wrong.
 */
export function explain(options: MappingOptions, span: SpanFacts, durationSeconds = Number.NaN): Explanation {
  const kind = kindNames[span.kind] ?? `unknown kind ${span.kind}`;
  return explainWith(compilePlans(options), 'span', span, durationSeconds, undefined, (plan) =>
    plan.kinds.includes(span.kind)
      ? undefined
      : `span kind is ${kind}, not ${plan.kinds.map((one) => kindNames[one]).join(' or ')}`,
  );
}

/** As `explain`, for a metric data point of value `value` that covers `seconds`. */
export function explainPoint(options: MappingOptions, point: PointFacts, value: number, seconds: number): Explanation {
  return explainWith(compilePlans(options), 'metric', point, seconds, value, () => undefined);
}

function explainWith(
  plans: readonly Plan[],
  signal: 'span' | 'metric',
  facts: Facts,
  durationSeconds: number,
  point: number | undefined,
  kindProblem: (plan: Plan) => string | undefined,
): Explanation {
  let matched: Explanation['matched'] = null;
  const others: { rule: string; why: string }[] = [];
  for (const plan of plans) {
    const rule = plan.name;
    if (plan.signal !== signal) others.push({ rule, why: `it is for ${plan.signal}s` });
    else if (matched !== null) others.push({ rule, why: `rule ${matched.rule} came first` });
    else {
      const why = kindProblem(plan);
      const tried = why ?? tryPlan(plan, facts);
      if (typeof tried === 'string') others.push({ rule, why: tried });
      else matched = describe(plan, tried, facts, durationSeconds, point);
    }
  }
  return { signal, matched, others };
}

interface Tried {
  readonly outcome: Outcome;
  readonly used: readonly UsedAttribute[];
}

function tryPlan(plan: Plan, facts: Facts): Tried | string {
  const answers: (Scalar | undefined)[] = [];
  const used: UsedAttribute[] = [];
  for (const slot of plan.slots) {
    let answer: Scalar | undefined;
    try {
      answer = isAsked(slot, answers) ? ask(slot, facts) : undefined;
    } catch (error) {
      return `reading ${slot.field} threw: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (slot.test !== undefined && !slot.test(answer)) return whyNot(slot, answer);
    answers.push(answer);
    if (answer !== undefined) used.push(describeAnswer(slot, facts, answer));
  }
  const outcome = plan.build(answers);
  return typeof outcome === 'string' ? outcome : { outcome, used };
}

function whyNot(slot: Slot, answer: Scalar | undefined): string {
  const names = slot.names.length === 0 ? slot.field : slot.names.join(', ');
  if (answer === undefined)
    return `${names}: absent${slot.wants === 'present' ? '' : `, wanted ${slot.wants ?? 'a value'}`}`;
  return `${names}: is ${JSON.stringify(answer)}, wanted ${slot.wants ?? 'another value'}`;
}

function describeAnswer(slot: Slot, facts: Facts, answer: Scalar): UsedAttribute {
  const found = slot.names.findIndex((name) => {
    const value = facts.attribute(name);
    return value !== undefined && value !== null && value !== '';
  });
  if (found === -1) return { field: slot.field, name: slot.field, source: 'derived', value: answer };
  const name = slot.names[found]!;
  // A rule that only asks whether it is there got `true`; people want to see what is there.
  const value = slot.presence === true ? (scalar(facts.attribute(name)) ?? answer) : answer;
  return { field: slot.field, name, source: found === 0 ? 'current' : 'former', value };
}

function describe(
  plan: Plan,
  { outcome, used }: Tried,
  facts: Facts,
  durationSeconds: number,
  point: number | undefined,
): Explanation['matched'] {
  const accounts = new Accounts();
  const mapped = new MappedCombination(plan.name, outcome, facts.unit ?? '', new Dictionary(), accounts);
  // As in `matchPoint`: a level is counted only times seconds.
  const isLevel = (facts as Partial<PointFacts>).type === 'gauge' || (facts as Partial<PointFacts>).type === 'updown';
  const measures = mapped.measures.map((measure, i): ExplainedMeasure => {
    const { target, event, unit, attributes } = measure;
    if (isLevel && !mapped.integrates) return { target, event, unit, attributes, value: null, refused: 'gauge' };
    accounts.drain();
    const value = mapped.read(i, facts, durationSeconds, point);
    const refusal = accounts.drain().find(({ event }) => event === 'attribution.measurement.refused');
    const refused = refusal?.reason ?? '';
    return { target, event, unit, attributes, value: Number.isNaN(value) ? null : value, refused };
  });
  const { rule, category, target, system, address, connection } = mapped;
  return { rule, category, target, system, address, connection, attributes: used, measures };
}
