import { type Span, SpanKind } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, operations, PG_TARGET, startHarness } from './harness.ts';

let h: Harness;
let request: Span;
beforeEach(() => {
  h = startHarness();
  request = h.request('/r');
});
afterEach(() => h.close());

const http = (parent: Span, host = 'api.example', attributes = {}) =>
  h.span(
    'GET',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': 'GET',
        'server.address': host,
        'url.full': `https://${host}/x`,
        ...attributes,
      },
    },
    parent,
  );
const client = (parent: Span, attributes: Record<string, string>) =>
  h.span('outer', { kind: SpanKind.CLIENT, attributes }, parent);
const DYNAMO = {
  'rpc.system': 'aws-api',
  'rpc.service': 'DynamoDB',
  'rpc.method': 'GetItem',
  'db.system.name': 'aws.dynamodb',
  'db.namespace': 'orders',
  'aws.dynamodb.table_names': 'orders',
  'cloud.region': 'eu-west-1',
};

const totals = async () => {
  request.end();
  const sums: Record<string, number> = {};
  const rows = await h.rows();
  const { accounts } = h.attribution;
  const books = ['matched', 'unmatched', 'suppressed'].map((what) =>
    accounts.total(`attribution.span.${what}` as never),
  );
  // Every span that ended is in the books exactly once.
  expect(books.reduce((a, b) => a + b)).toBe(accounts.total('attribution.span.seen'));
  for (const row of rows) {
    if (row.unit === 's' && !row.target.startsWith('service://'))
      sums[row.target] = (sums[row.target] ?? 0) + row.count;
  }
  return sums;
};

describe('an SDK span over its HTTP call', () => {
  it('absorbs it, through INTERNAL spans, and whichever ends first', async () => {
    const outer = client(request, DYNAMO);
    const middle = h.span('retry', {}, outer);
    http(middle, 'dynamodb.eu-west-1.amazonaws.com').end();
    middle.end();
    const late = http(outer, 'dynamodb.eu-west-1.amazonaws.com');
    outer.end();
    late.end();
    const sums = await totals();
    expect(Object.values(sums)).toEqual([1]);
    expect(Object.keys(sums)[0]).toContain('orders');
    expect(h.attribution.accounts.total('attribution.span.suppressed')).toBe(2);
  });

  it('does not absorb a call to another host than its own', async () => {
    const outer = client(request, {
      'db.system.name': 'elasticsearch',
      'server.address': 'search.internal',
      'db.operation.name': 'search',
    });
    http(outer, 'auth.internal').end();
    http(outer, 'search.internal').end();
    outer.end();
    const sums = await totals();
    expect(Object.keys(sums).sort()).toEqual(['elasticsearch://search.internal', 'https://auth.internal']);
  });

  it('gives the HTTP call back when it maps to nothing itself', async () => {
    const outer = client(request, { 'some.thing': 'else' });
    http(outer).end();
    outer.end();
    expect(await totals()).toEqual({ 'https://api.example': 1 });
  });

  it('gives the HTTP call back when it never ends', async () => {
    const outer = client(request, { 'some.thing': 'else' });
    http(outer).end();
    await h.attribution.shutdown();
    expect(operations(await h.rows(), 'https://api.example')).toEqual({ 'GET /r': 1 });
  });
});

describe('a handler', () => {
  it('never absorbs its own calls', async () => {
    http(request).end();
    http(request).end();
    h.pg(request).end();
    expect(await totals()).toEqual({ 'https://api.example': 2, [PG_TARGET]: 1 });
  });

  it('of messages does not either', async () => {
    const consumer = h.span('q process', {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.destination.name': 'q',
        'messaging.operation.type': 'process',
      },
    });
    http(consumer).end();
    consumer.end();
    expect(operations(await h.rows(), 'https://api.example')).toEqual({ 'process q': 1 });
  });
});

describe('nested spans of one system', () => {
  it('count the innermost that ended and mapped', async () => {
    const orm = h.pg(request, { 'db.system.name': 'postgres' });
    h.pg(orm).end();
    h.pg(orm).end();
    orm.end();
    expect(await totals()).toEqual({ [PG_TARGET]: 2 });
    expect(h.attribution.accounts.total('attribution.span.suppressed')).toBe(1);
  });

  it('count the outer one when nothing below it was counted', async () => {
    const orm = h.pg(request);
    h.span('internal step', {}, orm).end();
    orm.end();
    expect(await totals()).toEqual({ [PG_TARGET]: 1 });
  });

  it('of two systems count both', async () => {
    const redis = h.span(
      'get',
      { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'redis', 'server.address': 'cache' } },
      request,
    );
    h.pg(redis).end();
    redis.end();
    expect(await totals()).toEqual({ 'redis://cache': 1, [PG_TARGET]: 1 });
  });

  it('connection spans neither count nor win', async () => {
    const orm = h.pg(request);
    h.span(
      'pg.connect',
      {
        kind: SpanKind.CLIENT,
        attributes: { 'db.system.name': 'postgresql', 'server.address': 'shop-db', 'db.namespace': 'shop' },
      },
      orm,
    ).end();
    orm.end();
    expect(await totals()).toEqual({ [PG_TARGET]: 1 });
  });
});

describe('GenAI', () => {
  const chat = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
  };

  it('counts inference leaves, not the agent above; a tool counts its own HTTP', async () => {
    const agent = h.span(
      'invoke_agent a',
      { attributes: { ...chat, 'gen_ai.operation.name': 'invoke_agent' } },
      request,
    );
    const leaf = h.span('chat gpt-4o', { kind: SpanKind.CLIENT, attributes: chat }, agent);
    http(leaf, 'api.openai.com').end();
    leaf.end();
    const tool = h.span('execute_tool weather', { attributes: { 'gen_ai.operation.name': 'execute_tool' } }, agent);
    http(tool, 'weather.example').end();
    tool.end();
    agent.end();
    request.end();
    const rows = await h.rows();
    const tokens = rows.filter((row) => row.event === 'gen_ai.client.token.usage');
    expect(tokens.map((row) => [row.attributes, row.value]).sort()).toEqual([
      ['{"gen_ai.token.type":"input"}', 10],
      ['{"gen_ai.token.type":"output"}', 5],
    ]);
    expect(operations(rows, 'https://weather.example')).toEqual({ 'GET /r': 1 });
    expect(operations(rows, 'https://api.openai.com')).toEqual({});
  });

  it('absorbs HTTP below an INTERNAL leaf without an operation name (AI SDK)', async () => {
    const leaf = h.span(
      'ai.generateText.doGenerate',
      {
        attributes: {
          'ai.operationId': 'ai.generateText.doGenerate',
          'gen_ai.system': 'openai.chat',
          'gen_ai.request.model': 'gpt-4o',
        },
      },
      request,
    );
    http(leaf, 'api.openai.com').end();
    leaf.setAttribute('gen_ai.usage.input_tokens', 3);
    leaf.end();
    request.end();
    const rows = await h.rows();
    expect(operations(rows, 'https://api.openai.com')).toEqual({});
    expect(rows.some((row) => row.event === 'gen_ai.client.token.usage' && row.value === 3)).toBe(true);
  });
});

describe('messages', () => {
  const kafka = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', 'server.address': 'broker' };
  it('are counted by process spans if there are any, else by the receive span', async () => {
    const batch = h.span('receive orders', {
      kind: SpanKind.CLIENT,
      attributes: { ...kafka, 'messaging.operation.type': 'receive', 'messaging.batch.message_count': 3 },
    });
    for (let i = 0; i < 3; i++)
      h.span(
        'process orders',
        { kind: SpanKind.CONSUMER, attributes: { ...kafka, 'messaging.operation.type': 'process' } },
        batch,
      ).end();
    batch.end();
    h.span('receive orders', {
      kind: SpanKind.CLIENT,
      attributes: { ...kafka, 'messaging.operation.type': 'receive', 'messaging.batch.message_count': 4 },
    }).end();
    const consumed = (await h.rows()).filter((row) => row.event === 'messaging.client.consumed.messages');
    expect(consumed.reduce((sum, row) => sum + row.value, 0)).toBe(7);
  });
});
