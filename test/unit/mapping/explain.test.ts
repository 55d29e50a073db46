import { describe, expect, it } from 'vitest';
import { explain, explainPoint } from '../../../src/core/mapping/explain.ts';
import { explanationText } from '../../../src/core/mapping/explain-text.ts';
import { PlainPoint } from '../../../src/core/mapping/plain-facts.ts';
import type { Rule } from '../../../src/core/mapping/rule.ts';
import { CLIENT, CONSUMER, INTERNAL, SERVER, span } from './harness.ts';

const oldRedis = {
  'db.system': 'redis',
  'net.peer.name': 'cache',
  'net.peer.port': '6380',
  'db.redis.database_index': 2,
};

describe('explain', () => {
  it('names the rule, each attribute it used and what it yields', () => {
    const { matched } = explain({}, span(CLIENT, oldRedis), 0.25);
    expect(matched).toMatchObject({
      rule: 'preset:db',
      category: 'db',
      target: 'redis://cache:6380/2',
      system: 'redis',
      address: 'cache',
      connection: false,
    });
    expect(matched!.attributes).toEqual([
      { field: 'dbSystem', name: 'db.system', source: 'former', value: 'redis' },
      { field: 'host', name: 'net.peer.name', source: 'former', value: 'cache' },
      { field: 'port', name: 'net.peer.port', source: 'former', value: '6380' },
      { field: 'dbNamespace', name: 'db.redis.database_index', source: 'former', value: 2 },
    ]);
    expect(matched!.measures).toEqual([
      {
        target: 'redis://cache:6380/2',
        event: 'db.client.operation.duration',
        unit: 's',
        attributes: '',
        value: 0.25,
        refused: '',
      },
    ]);
  });

  it('shows the value of an attribute of which a rule only asks whether it is there', () => {
    const { matched } = explain({}, span(SERVER, { 'http.request.method': 'GET' }), 0.25);
    expect(matched!.attributes[0]).toEqual({
      field: 'httpMethod',
      name: 'http.request.method',
      source: 'current',
      value: 'GET',
    });
  });

  it('says why every other rule does not apply', () => {
    const rules: Rule[] = [
      { name: 'wrong kind', match: { kind: 'server' }, target: 't', events: [{ name: 'n', unit: 's' }] },
      {
        name: 'wrong value',
        match: { attributes: { 'db.system.name': 'mysql' } },
        target: 't',
        events: [{ name: 'n', unit: 's' }],
      },
      {
        name: 'missing',
        match: { attributes: { tenant: { exists: true } } },
        target: 't',
        events: [{ name: 'n', unit: 's' }],
      },
      { name: 'wrong name', match: { name: 'send *' }, target: 't', events: [{ name: 'n', unit: 's' }] },
      { name: 'no target', target: '{absent}', events: [{ name: 'n', unit: 's' }] },
      { name: 'metrics', signal: 'metric', target: 't', events: [{ name: 'n', unit: '1' }] },
    ];
    const { others } = explain({ rules }, span(CLIENT, oldRedis));
    const why = new Map(others.map((one) => [one.rule, one.why]));
    expect(why.get('wrong kind')).toBe('span kind is client, not server');
    expect(why.get('wrong value')).toBe('db.system.name, db.system: is "redis", wanted "mysql"');
    expect(why.get('missing')).toBe('tenant: absent');
    expect(why.get('wrong name')).toBe('span name: is "a span", wanted like "send *"');
    expect(why.get('no target')).toMatch(/nothing found for "\{absent\}"/);
    expect(why.get('metrics')).toBe('it is for metrics');
    expect(why.get('preset:genai')).toMatch(/absent/);
    expect(why.get('preset:http')).toBe('rule preset:db came first');
  });

  it('says that nothing matched, and why', () => {
    const { matched, others } = explain({}, span(INTERNAL, { 'ai.operationId': 'ai.generateText' }));
    expect(matched).toBeNull();
    expect(others.find(({ rule }) => rule === 'preset:genai')!.why).toMatch(/only the calls to a model/);
    expect(others.find(({ rule }) => rule === 'preset:http')!.why).toBe('span kind is internal, not client');
    expect(explain({}, span(9, {})).others.every(({ why }) => why.includes('unknown kind 9'))).toBe(true);
  });

  it('shows refused and absent values', () => {
    const attributes = { 'http.request.method': 'GET', 'server.address': 'a', 'http.request.body.size': [1] };
    const { matched } = explain({}, span(CLIENT, attributes), Number.NaN);
    expect(matched!.measures.map(({ value, refused }) => [value, refused])).toEqual([
      [null, ''],
      [null, 'array'],
      [null, ''],
    ]);
  });

  it('survives a getter that throws', () => {
    const attributes = {
      get 'gen_ai.operation.name'(): string {
        throw new Error('broken');
      },
    };
    expect(explain({}, span(CLIENT, attributes)).others[0]!.why).toMatch(/threw: broken/);
  });

  it('agrees with match on gauges', () => {
    const rules: Rule[] = [{ name: 'g', signal: 'metric', target: 't', events: [{ name: 'n', unit: '1' }] }];
    const point = (type: 'gauge' | 'sum') =>
      new PlainPoint({ name: 'm', unit: '1', type, attributes: {}, service: 's' });
    expect(explainPoint({ rules }, point('gauge'), 5, 60).matched!.measures[0]).toMatchObject({
      value: null,
      refused: 'gauge',
    });
    expect(explainPoint({ rules }, point('sum'), 5, 60).matched!.measures[0]).toMatchObject({
      value: 5,
      refused: '',
    });
  });
});

describe('explanation as text', () => {
  it('is complete', () => {
    const text = explanationText(explain({ presets: ['db', 'http'] }, span(CLIENT, oldRedis), 0.25));
    expect(text.split('\n')).toEqual([
      'rule      preset:db',
      'target    redis://cache:6380/2',
      'system    redis',
      '',
      'attributes used',
      '  dbSystem     db.system (former name) = "redis"',
      '  host         net.peer.name (former name) = "cache"',
      '  port         net.peer.port (former name) = "6380"',
      '  dbNamespace  db.redis.database_index (former name) = 2',
      '',
      'measures',
      '  db.client.operation.duration  0.25 s',
      '',
      'other rules',
      '  preset:http: rule preset:db came first',
    ]);
  });
  it('covers connections, other targets and no match', () => {
    const pg = { 'db.system.name': 'postgresql', 'server.address': 'db' };
    expect(explanationText(explain({}, span(CLIENT, pg, 'pg.connect')))).toMatch(
      /connection being opened[\s\S]*measures\n {2}none/,
    );
    const consumer = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', 'server.address': 'k' };
    expect(explanationText(explain({}, span(CONSUMER, consumer), 1))).toContain(
      'consumed.messages on kafka://k/orders  1 {message}',
    );
    expect(explanationText(explain({}, span(INTERNAL, {})))).toMatch(/^no rule matches this span\n\nother rules\n/);
  });
});
