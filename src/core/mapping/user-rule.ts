import { AttributionError } from '../errors.ts';
import { conditionSlot, wildcard } from './conditions.ts';
import { type EventSpec, KIND, type Plan, type ValueSource } from './plan.ts';
import type { Rule, RuleEvent, SpanKindName } from './rule.ts';
import { withFormerNames } from './semconv.ts';
import { nameOf, type Scalar, type Slot, unitOf } from './slot.ts';
import { firstOf, parseTemplate } from './template.ts';
import { baseUnit } from './units.ts';

type Answers = readonly (Scalar | undefined)[];
type Pick = (answers: Answers) => string;

function invalid(where: string, problem: string): AttributionError {
  return new AttributionError('ATTR_CONFIG_INVALID', `${where}: ${problem}`);
}

/** Compiles a rule of the user. Throws ATTR_CONFIG_INVALID for what types cannot rule out. */
export function compileRule(rule: Rule, where: string): Plan {
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

  const target = targetPick(rule.target, `${where}.target`, slots);
  const shared = attributePicks(rule.attributes, slots);
  const events = rule.events.map((event, i) => ({
    spec: eventSpec(event, signal, `${where}.events[${i}]`),
    attributes: [...shared, ...attributePicks(event.attributes, slots)],
  }));
  return {
    name: rule.name,
    signal,
    kinds: signal === 'metric' ? [] : kindsOf(match?.kind, where),
    slots,
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

function kindsOf(kind: SpanKindName | readonly SpanKindName[] | undefined, where: string): number[] {
  const names = kind === undefined ? (Object.keys(KIND) as SpanKindName[]) : typeof kind === 'string' ? [kind] : kind;
  return names.map((name) => {
    if (!Object.hasOwn(KIND, name)) {
      throw invalid(`${where}.match.kind`, `${JSON.stringify(name)} is none of ${Object.keys(KIND).join(', ')}`);
    }
    return KIND[name];
  });
}

/** A string is a template; a list names attributes, the first present one is the target. */
function targetPick(
  target: string | readonly string[],
  where: string,
  slots: Slot[],
): (answers: Answers) => string | undefined {
  if (typeof target !== 'string') {
    const pick = firstOf(target, slots);
    return (answers) => pick(answers) || undefined;
  }
  const template = parseTemplate(target, where);
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

function eventSpec(event: RuleEvent, signal: 'span' | 'metric', where: string): EventSpec {
  const source = event.value ?? (signal === 'metric' ? 'point' : 'duration');
  return { name: event.name, unit: event.unit, value: valueSource(source, event, signal, where) };
}

function valueSource(
  source: NonNullable<RuleEvent['value']>,
  event: RuleEvent,
  signal: 'span' | 'metric',
  where: string,
): ValueSource {
  if (source === 'point') {
    if (signal !== 'metric') throw invalid(`${where}.value`, "'point' needs signal: metric");
    return { from: 'point', integrate: event.integrate === true };
  }
  if (event.integrate === true)
    throw invalid(`${where}.integrate`, "needs value: 'point' in a rule with signal: metric");
  if (source === 'duration') {
    if (signal === 'metric')
      throw invalid(`${where}.value`, "'duration' needs signal: span; a data point has value: 'point'");
    if (baseUnit(event.unit).dimension !== 'time') {
      throw invalid(`${where}.unit`, `a duration is in a unit of time such as s, not ${JSON.stringify(event.unit)}`);
    }
    return { from: 'duration' };
  }
  if (typeof source === 'number') {
    if (!Number.isFinite(source)) throw invalid(`${where}.value`, 'must be a finite number');
    return { from: 'constant', value: source };
  }
  const names = typeof source.attribute === 'string' ? [source.attribute] : source.attribute;
  return { from: 'attribute', names: names.flatMap(withFormerNames) };
}
