import { describe, expect, it } from 'vitest';
import { CLIENT, CONSUMER, INTERNAL, mapped, PRODUCER, SERVER, targetOf } from './harness.ts';

const undici = {
  'http.request.method': 'GET',
  'http.request.method_original': 'GET',
  'url.full': 'https://api.stripe.com/v1/charges?limit=3',
  'url.path': '/v1/charges',
  'url.query': '?limit=3',
  'url.scheme': 'https',
  'server.address': 'api.stripe.com',
  'server.port': 443,
  'http.response.status_code': 200,
};

describe('preset http', () => {
  it('maps what instrumentation-undici records', () => {
    const { result, rows } = mapped(CLIENT, {
      ...undici,
      'http.request.body.size': 12,
      'http.response.body.size': '340',
    })!;
    expect(result).toMatchObject({
      rule: 'preset:http',
      category: 'http',
      target: 'https://api.stripe.com',
      system: '',
      address: 'api.stripe.com',
    });
    expect(rows).toEqual([
      'http.client.request.duration 0.5 s',
      'http.client.request.body.size 12 By',
      'http.client.response.body.size 340 By',
    ]);
  });

  const targets: [string, Record<string, unknown>, string][] = [
    [
      'a port of its own',
      {
        ...undici,
        'url.full': 'http://pay:3000/x',
        'url.scheme': 'http',
        'server.address': 'pay',
        'server.port': 3000,
      },
      'http://pay:3000',
    ],
    [
      'old names',
      { 'http.method': 'GET', 'http.url': 'http://pay/x', 'net.peer.name': 'pay', 'net.peer.port': 80 },
      'http://pay',
    ],
    [
      'only a URL, without user and password',
      { 'http.method': 'GET', 'http.url': 'https://me:secret@api.example.com:8443/a/b' },
      'https://api.example.com:8443',
    ],
    ['http.host', { 'http.method': 'GET', 'http.host': 'pay:8080', 'http.scheme': 'http' }, 'http://pay:8080'],
    [
      'no scheme, port 443',
      { 'http.request.method': 'GET', 'server.address': 'pay', 'server.port': 443 },
      'https://pay',
    ],
    ['no scheme', { 'http.request.method': 'GET', 'server.address': 'pay', 'server.port': '3000' }, 'http://pay:3000'],
    [
      'a port that is NaN, as instrumentation-http records',
      { ...undici, 'server.port': Number.NaN },
      'https://api.stripe.com',
    ],
    [
      'a port only in the URL',
      { 'http.request.method': 'GET', 'url.full': 'http://pay:81/', 'server.address': 'pay' },
      'http://pay:81',
    ],
    ['an IPv6 host', { 'http.request.method': 'GET', 'url.full': 'http://[::1]:3000/x' }, 'http://[::1]:3000'],
    ['peer.service', { ...undici, 'peer.service': 'payments' }, 'https://payments'],
    ['no host at all', { 'http.request.method': 'GET' }, 'http://(unknown)/storefront'],
    ['a URL that is none', { 'http.request.method': 'GET', 'url.full': '/only/a/path' }, 'http://(unknown)/storefront'],
  ];
  for (const [what, attributes, target] of targets) it(what, () => expect(targetOf(CLIENT, attributes)).toBe(target));

  it('refuses sizes that mean unknown', () => {
    expect(mapped(CLIENT, { ...undici, 'http.response.body.size': -1 })!.rows).toEqual([
      'http.client.request.duration 0.5 s',
    ]);
  });

  it('does not take INTERNAL or PRODUCER spans', () => {
    expect(targetOf(INTERNAL, undici)).toBeUndefined();
    expect(targetOf(PRODUCER, undici)).toBeUndefined();
  });
});

describe('preset rpc', () => {
  const grpc = {
    'rpc.system': 'grpc',
    'rpc.service': 'shop.Payments',
    'rpc.method': 'Charge',
    'server.address': 'pay',
    'server.port': 50051,
  };
  it('maps what instrumentation-grpc records', () => {
    const { result, rows } = mapped(CLIENT, { ...grpc, 'rpc.grpc.status_code': 0 })!;
    expect(result).toMatchObject({ rule: 'preset:rpc', target: 'grpc://pay:50051/shop.Payments', address: 'pay' });
    expect(rows).toEqual(['rpc.client.call.duration 0.5 s']);
  });
  it('takes the service from a fully qualified method', () => {
    const attributes = {
      'rpc.system.name': 'grpc',
      'rpc.method': 'shop.Payments/Charge',
      'server.address': 'pay',
      'server.port': 50051,
    };
    expect(targetOf(CLIENT, attributes)).toBe('grpc://pay:50051/shop.Payments');
    expect(targetOf(CLIENT, { ...attributes, 'rpc.method': '/shop.Payments/Charge' })).toBe(
      'grpc://pay:50051/shop.Payments',
    );
  });
  it('maps Connect RPC by its old name and by its new one', () => {
    const call = { 'server.address': 'pay', 'server.port': 8080 };
    const old = { ...call, 'rpc.system': 'connect_rpc', 'rpc.service': 'shop.Payments', 'rpc.method': 'Charge' };
    const now = { ...call, 'rpc.system.name': 'connectrpc', 'rpc.method': 'shop.Payments/Charge' };
    for (const attributes of [old, now]) {
      expect(targetOf(CLIENT, attributes)).toBe('connectrpc://pay:8080/shop.Payments');
    }
  });
  it('keeps services without an address apart', () => {
    expect(targetOf(CLIENT, { 'rpc.system': 'grpc' })).toBe('grpc://(unknown)/storefront');
  });
});

describe('preset server', () => {
  const events: [string, number, Record<string, unknown>, string[]][] = [
    ['HTTP', SERVER, { 'http.request.method': 'GET', 'http.route': '/a' }, ['http.server.request.duration 0.5 s']],
    ['old HTTP', SERVER, { 'http.method': 'GET' }, ['http.server.request.duration 0.5 s']],
    ['gRPC', SERVER, { 'rpc.system': 'grpc', 'rpc.service': 'a.B' }, ['rpc.server.call.duration 0.5 s']],
    ['Lambda', SERVER, { 'faas.invocation_id': 'x', 'cloud.resource_id': 'arn' }, ['faas.invoke_duration 0.5 s']],
    ['a trigger in an INTERNAL span', INTERNAL, { 'faas.trigger': 'timer' }, ['faas.invoke_duration 0.5 s']],
    ['anything else that comes in', SERVER, {}, ['server.operation.duration 0.5 s']],
    ['a CONSUMER span without attributes', CONSUMER, {}, ['messaging.process.duration 0.5 s']],
  ];
  for (const [what, kind, attributes, rows] of events) {
    it(what, () => {
      const found = mapped(kind, attributes)!;
      expect(found.result).toMatchObject({ rule: 'preset:server', category: 'server', target: 'service://storefront' });
      expect(found.rows).toEqual(rows);
    });
  }
  it('has a target when the service is unknown', () => expect(targetOf(SERVER, {}, '')).toBe('service://(unknown)'));
  it('leaves plain INTERNAL spans alone', () => expect(targetOf(INTERNAL, { 'http.route': '/a' })).toBeUndefined());
});

describe('preset faas', () => {
  it('maps invocations of functions elsewhere', () => {
    const attributes = {
      'faas.invoked_name': 'resize',
      'faas.invoked_provider': 'gcp',
      'faas.invoked_region': 'europe-west1',
    };
    const { result, rows } = mapped(CLIENT, attributes)!;
    expect(result).toMatchObject({ rule: 'preset:faas', target: 'gcp.functions://europe-west1/resize' });
    expect(rows).toEqual(['faas.invoke_duration 0.5 s']);
    expect(targetOf(CLIENT, { 'faas.invoked_name': 'resize', 'faas.invoked_provider': 'other' })).toBe(
      'other.faas://resize',
    );
    expect(targetOf(CLIENT, { 'faas.invoked_name': 'resize' })).toBe('faas://resize');
  });
});

describe('order of presets', () => {
  const both = (more: Record<string, unknown>) => ({ ...undici, ...more });
  it('takes the most specific', () => {
    const gen = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'm' };
    const aws = { 'rpc.system': 'aws-api', 'rpc.service': 'S3', 'aws.s3.bucket': 'b' };
    const db = { 'db.system.name': 'opensearch' };
    const rpc = { 'rpc.system': 'grpc', 'rpc.service': 'a.B' };
    expect(targetOf(CLIENT, both({ ...gen, ...aws, ...db }))).toBe('openai://m');
    expect(targetOf(CLIENT, both({ ...aws, ...db }))).toBe('aws.s3://b');
    expect(targetOf(CLIENT, both({ ...db, ...rpc }))).toBe('opensearch://api.stripe.com:443');
    expect(targetOf(CLIENT, both({ 'messaging.system': 'kafka', ...rpc }))).toMatch(/^kafka:/);
    expect(targetOf(CLIENT, both({ 'faas.invoked_name': 'f', ...rpc }))).toBe('faas://f');
    expect(targetOf(CLIENT, both(rpc))).toBe('grpc://api.stripe.com:443/a.B');
  });
  it('leaves out presets that are not in force', () => {
    expect(mapped(CLIENT, undici, { presets: ['db', 'server'] })).toBeUndefined();
    expect(mapped(CLIENT, undici, { presets: [] })).toBeUndefined();
    expect(mapped(CLIENT, undici, { presets: ['http'] })!.result.rule).toBe('preset:http');
  });
});
