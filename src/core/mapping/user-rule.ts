import { kindNames, type SpanKindName } from '../span-kind.ts';
import { conditionSlot, wildcard } from './conditions.ts';
import { type EventSpec, type Plan, type ValueSource, valueKeys } from './plan.ts';
import type { Rule, RuleEvent } from './rule.ts';
import { withFormerNames } from './semconv.ts';
import { nameOf, type Scalar, type Slot, unitOf } from './slot.ts';
import { firstOf, parseTemplate } from './template.ts';
import { baseUnit } from './units.ts';

type Answers = readonly (Scalar | undefined)[];
type Pick = (answers: Answers) => string;

/** Where in a rule something is wrong, and what. Compiling goes on, so that all is reported at once. */
export type Report = (path: readonly (string | number)[], problem: string) => void;

export interface RuleProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** Everything wrong with a rule that has the right shape. */
export function checkRule(rule: Rule): RuleProblem[] {
  const problems: RuleProblem[] = [];
  compileRule(rule, (path, problem) => problems.push({ path, problem }));
  return problems;
}

/** Compiles a rule of the user; `report` learns what types cannot rule out. */
export function compileRule(rule: Rule, report: Report): Plan {
  const signal = rule.signal ?? 'span';
  const slots: Slot[] = [];
  const { match } = rule;
  if (match?.name !== undefined) {
    const matches = wildcard(match.name);
    slots.push({
      field: signal === 'metric' ? 'metric name' : 'span name',
      names: [],
      derive: nameOf,
      keyed: false,
      test: (name) => matches(String(name)),
      wants: `like ${JSON.stringify(match.name)}`,
    });
  }
  for (const [name, condition] of Object.entries(match?.attributes ?? {})) slots.push(conditionSlot(name, condition));
  if (signal === 'metric') slots.push({ field: 'metric unit', names: [], derive: unitOf });

  const target = targetPick(rule.target, report, slots);
  const shared = attributePicks(rule.attributes, slots);
  const events = rule.events.map((event, i) => ({
    spec: eventSpec(event, signal, (path, problem) => report(['events', i, ...path], problem)),
    attributes: [...shared, ...attributePicks(event.attributes, slots)],
  }));
  return {
    name: rule.name,
    signal,
    kinds: signal === 'metric' ? [] : kindsOf(match?.kind, report),
    slots,
    valueKeys: valueKeys(events.map(({ spec }) => spec)),
    build(answers) {
      const id = target(answers);
      if (id === undefined) return `target: nothing found for ${JSON.stringify(rule.target)}`;
      return {
        category: 'custom',
        target: id,
        events: events.map(({ spec, attributes }) =>
          attributes.length === 0
            ? spec
            : {
                ...spec,
                attributes: Object.fromEntries(attributes.map(([name, pick]) => [name, pick(answers) || undefined])),
              },
        ),
      };
    },
  };
}

function kindsOf(kind: SpanKindName | readonly SpanKindName[] | undefined, report: Report): number[] {
  const names = kind === undefined ? kindNames : typeof kind === 'string' ? [kind] : kind;
  return names.flatMap((name) => {
    const number = kindNames.indexOf(name);
    if (number >= 0) return [number];
    report(['match', 'kind'], `${JSON.stringify(name)} is none of ${kindNames.join(', ')}`);
    return [];
  });
}

/** A string is a template; a list names attributes, the first present one is the target. */
function targetPick(
  target: string | readonly string[],
  report: Report,
  slots: Slot[],
): (answers: Answers) => string | undefined {
  if (typeof target !== 'string') {
    const pick = firstOf(target, slots);
    return (answers) => pick(answers) || undefined;
  }
  const template = parseTemplate(target);
  if (typeof template === 'string') {
    report(['target'], template);
    return () => undefined;
  }
  const picks = template.holes.map((alternatives) => firstOf(alternatives, slots));
  return (answers) => {
    let text = template.text[0]!;
    for (let i = 0; i < picks.length; i++) {
      const value = picks[i]!(answers);
      if (value === '') return undefined;
      text += value + template.text[i + 1]!;
    }
    return text || undefined;
  };
}

function attributePicks(attributes: Readonly<Record<string, string>> | undefined, slots: Slot[]): [string, Pick][] {
  return Object.entries(attributes ?? {}).map(([name, source]) => [
    name,
    source.startsWith('=') ? () => source.slice(1) : firstOf(source.split('|'), slots),
  ]);
}

function eventSpec(event: RuleEvent, signal: 'span' | 'metric', report: Report): EventSpec {
  const source = event.value ?? (signal === 'metric' ? 'point' : 'duration');
  if (event.integrate === true && source !== 'point') {
    report(['integrate'], "needs value: 'point' in a rule with signal: metric");
  }
  return { name: event.name, unit: event.unit, value: valueSource(source, event, signal, report) };
}

function valueSource(
  source: NonNullable<RuleEvent['value']>,
  event: RuleEvent,
  signal: 'span' | 'metric',
  report: Report,
): ValueSource {
  if (source === 'point') {
    if (signal !== 'metric') report(['value'], "'point' needs signal: metric");
    return { from: 'point', integrate: event.integrate === true };
  }
  if (source === 'duration') {
    if (signal === 'metric') {
      report(['value'], "'duration' needs signal: span; the value of a data point is 'point'");
    } else if (baseUnit(event.unit).dimension !== 'time') {
      report(['unit'], `a duration is in a unit of time such as s, not ${JSON.stringify(event.unit)}`);
    }
    return { from: 'duration' };
  }
  if (typeof source === 'number') {
    if (!Number.isFinite(source)) report(['value'], 'must be a finite number');
    return { from: 'constant', value: source };
  }
  const names = typeof source.attribute === 'string' ? [source.attribute] : source.attribute;
  return { from: 'attribute', names: names.flatMap(withFormerNames) };
}
