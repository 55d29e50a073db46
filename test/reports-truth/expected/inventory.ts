import { addTo, compare, nothing, sumsBy } from './cells.ts';
import { floor, WINDOW } from './facts.ts';
import { selected } from './filter.ts';
import type { Expect } from './question.ts';

export const inventory: Expect = ({ question, facts, answered }) => {
  const { minutes } = answered;
  const chosen = selected(facts, [...question.where, { field: 'event', operator: '~', value: '*' }], undefined);
  interface Measure {
    readonly of: readonly string[];
    readonly rows: Set<string>;
    readonly minutes: Set<number>;
    readonly origins: Set<string>;
    readonly keys: Set<string>;
    readonly tenants: Set<string>;
    readonly with: Set<string>;
    readonly without: Set<string>;
    readonly sum: ReturnType<typeof nothing>;
  }
  const measures = new Map<string, Measure>();
  for (const fact of chosen) {
    const { target, event, unit, service, origin, tenant } = fact;
    for (
      let minute = Math.max(floor(fact.begin), minutes.from);
      minute <= fact.end && minute < minutes.to;
      minute += WINDOW
    ) {
      const share = sumsBy([fact], { from: minute, to: minute + WINDOW }, () => []).get('[]');
      if (share === undefined) continue;
      for (const name of tenant === '' ? [''] : ['', 'tenant']) {
        const of = [target, event, unit, name];
        const id = JSON.stringify(of);
        const measure = measures.get(id) ?? {
          of,
          rows: new Set(),
          minutes: new Set(),
          origins: new Set(),
          keys: new Set(),
          tenants: new Set(),
          with: new Set(),
          without: new Set(),
          sum: nothing(),
        };
        measures.set(id, measure);
        measure.rows.add(JSON.stringify([fact.run, fact.sealed, minute, origin, tenant]));
        measure.minutes.add(minute);
        measure.origins.add(JSON.stringify([service, origin]));
        measure.keys.add(name === '' ? JSON.stringify([service, origin, tenant]) : tenant);
        measure.with.add(JSON.stringify([minute, service, origin, tenant]));
        measure.without.add(JSON.stringify([minute, service, origin]));
        addTo(measure.sum, share);
      }
    }
  }
  const stored = ({ of }: Measure): number => measures.get(JSON.stringify([...of.slice(0, 3), '']))!.rows.size;
  return [...measures.values()]
    .sort((a, b) => stored(b) - stored(a) || compare(a.of.join('\0'), b.of.join('\0')))
    .map((measure) => ({
      target: measure.of[0],
      event: measure.of[1],
      unit: measure.of[2],
      attribute: measure.of[3],
      firstSeen: Math.min(...measure.minutes),
      lastSeen: Math.max(...measure.minutes),
      rows: measure.rows.size,
      origins: measure.origins.size,
      keys: measure.keys.size,
      rowsSaved: measure.of[3] === '' ? null : measure.with.size - measure.without.size,
      calls: measure.sum.calls,
      value: measure.sum.value,
    }))
    .slice(0, question.limit);
};
