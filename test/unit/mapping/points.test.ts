import { describe, expect, it } from 'vitest';
import { recordView } from '../../../src/core/mapping/attribute-view.ts';
import { PlainPoint } from '../../../src/core/mapping/plain-facts.ts';
import type { Rule } from '../../../src/core/mapping/rule.ts';
import { CLIENT, mapping, span } from './harness.ts';

function point(over: Partial<ConstructorParameters<typeof PlainPoint>[0]> = {}): PlainPoint {
  return new PlainPoint({
    name: 'queue.bytes',
    unit: 'KiBy',
    type: 'sum',
    attributes: { queue: 'jobs' },
    service: 'storefront',
    ...over,
  });
}
const NONE = recordView({});
function rule(over: Partial<Rule> = {}): Rule {
  return {
    name: 'queue',
    signal: 'metric',
    match: { name: 'queue.*' },
    target: 'queue://{queue}',
    events: [{ name: 'queue.bytes', unit: 'By' }],
    ...over,
  };
}

describe('metric rules', () => {
  it('are known to be there', () => {
    expect(mapping().mapping.hasMetricRules).toBe(false);
    expect(mapping({ rules: [rule()] }).mapping.hasMetricRules).toBe(true);
  });

  it("bring a point's value from the unit of the metric to the base unit", () => {
    const { mapping: compiled } = mapping({ rules: [rule()] });
    const result = compiled.matchPoint(point())!;
    expect(result).toMatchObject({ rule: 'queue', category: 'custom', target: 'queue://jobs' });
    expect(result.measures[0]).toMatchObject({ event: 'queue.bytes', unit: 'By' });
    expect(result.read(0, NONE, 60, 2)).toBe(2048);
    expect(compiled.matchPoint(point())).toBe(result);
    expect(compiled.matchPoint(point({ unit: 'By' }))!.read(0, NONE, 60, 2)).toBe(2);
    expect(compiled.matchPoint(point({ unit: '' }))!.read(0, NONE, 60, 2)).toBe(2);
    expect(compiled.matchPoint(point({ type: 'histogram' }))!.read(0, NONE, 60, 2)).toBe(2048);
  });

  it('do not apply to spans, nor span rules to points', () => {
    const spanRule: Rule = { name: 's', target: 't', events: [{ name: 'n', unit: '1', value: 1 }] };
    const { mapping: compiled } = mapping({ rules: [rule({ match: {} }), spanRule], presets: [] });
    expect(compiled.match(span(CLIENT, { queue: 'jobs' }))!.rule).toBe('s');
    expect(compiled.matchPoint(point())!.rule).toBe('queue');
    expect(mapping({ rules: [spanRule] }).mapping.matchPoint(point())).toBeUndefined();
  });

  it('match names and attributes', () => {
    const { mapping: compiled } = mapping({
      rules: [rule({ match: { name: 'queue.*', attributes: { queue: { like: 'j*' } } } })],
    });
    expect(compiled.matchPoint(point({ name: 'other' }))).toBeUndefined();
    expect(compiled.matchPoint(point({ attributes: { queue: 'mail' } }))).toBeUndefined();
    expect(compiled.matchPoint(point())).toBeDefined();
  });

  it('refuse gauges and up-down counters, which are levels', () => {
    const { mapping: compiled, accounts } = mapping({ rules: [rule()] });
    expect(compiled.matchPoint(point({ type: 'gauge' }))).toBeUndefined();
    expect(compiled.matchPoint(point({ type: 'updown' }))).toBeUndefined();
    expect(accounts.total('attribution.measurement.refused', 'gauge')).toBe(2);
  });

  it('integrate a level when told to, in unit-seconds', () => {
    const events = [{ name: 'connections', unit: '{connection}', integrate: true }];
    const { mapping: compiled } = mapping({ rules: [rule({ events })] });
    const result = compiled.matchPoint(point({ type: 'gauge', unit: '{connection}' }))!;
    expect(result.measures[0]!.unit).toBe('{connection}.s');
    expect(result.read(0, NONE, 60, 10)).toBe(600);
  });

  it('refuse values that are no numbers', () => {
    const { mapping: compiled, accounts } = mapping({ rules: [rule()] });
    const result = compiled.matchPoint(point())!;
    expect(result.read(0, NONE, 60, Number.NaN)).toBeNaN();
    expect(result.read(0, NONE, 60, Number.POSITIVE_INFINITY)).toBeNaN();
    expect(accounts.total('attribution.measurement.refused', 'not_finite')).toBe(2);
    expect(result.read(0, NONE, 60)).toBeNaN();
    expect(accounts.total('attribution.measurement.refused')).toBe(2);
  });
});
