import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli, temporaryFolder } from './run-cli.ts';

const request = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'storefront' } }] },
      scopeSpans: [
        {
          scope: { name: '@opentelemetry/instrumentation-pg' },
          spans: [
            {
              name: 'pg.query:SELECT shop',
              kind: 3,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: '1700000000013000000',
              attributes: [
                { key: 'db.system', value: { stringValue: 'postgresql' } },
                { key: 'net.peer.name', value: { stringValue: 'shop-db' } },
                { key: 'net.peer.port', value: { intValue: '5432' } },
                { key: 'db.namespace', value: { stringValue: 'shop' } },
              ],
            },
          ],
        },
      ],
    },
  ],
};

test('an OTLP request: rule, attributes with old and new names, target, measure, why not the others', async () => {
  const { code, stdout } = await runCli(['explain', '-'], { input: JSON.stringify(request) });
  expect(code).toBe(0);
  expect(stdout).toContain('pg.query:SELECT shop · CLIENT · service storefront · @opentelemetry/instrumentation-pg');
  expect(stdout).toMatch(/rule +preset:db/);
  expect(stdout).toMatch(/target +postgresql:\/\/shop-db\/shop/);
  expect(stdout).toContain('net.peer.name (former name) = "shop-db"');
  expect(stdout).toContain('db.namespace = "shop"');
  expect(stdout).toContain('db.client.operation.duration: 13 ms (0.013 s)');
  expect(stdout).toContain('(unattributed)');
  expect(stdout).toContain('preset:genai: gen_ai.operation.name');
  expect(stdout).toMatch(/not tried after preset:db: .*preset:http/);
});

test('what ConsoleSpanExporter really prints, several spans in a row', async () => {
  const script = `
    const { NodeSDK } = require('@opentelemetry/sdk-node');
    const sdk = new NodeSDK({ serviceName: 'shop' });
    sdk.start();
    const tracer = require('@opentelemetry/api').trace.getTracer('t');
    for (const route of ['/a', '/b']) tracer.startSpan('GET', { kind: 1, attributes: { 'http.request.method': 'GET', 'http.route': route, q: "it's\\n" } }).end();
    sdk.shutdown();`;
  const env = {
    ...process.env,
    OTEL_TRACES_EXPORTER: 'console',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const printed = execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  expect(printed).not.toMatch(/^\s*\{\s*"/); // No JSON: that is the point.
  const { code, stdout, stderr } = await runCli(['explain', '--json', '-'], { input: printed });
  expect([code, stderr]).toEqual([0, '']);
  const { spans } = JSON.parse(stdout);
  expect(spans.map((span: { asRoot: { origin: string } }) => span.asRoot.origin)).toEqual(['GET /a', 'GET /b']);
  expect(spans[0].explanation.matched.target).toBe('service://shop');
  expect(spans[0].durationSeconds).toBeGreaterThan(0);
});

test('--help says where a span comes from', async () => {
  const { code, stdout } = await runCli(['explain', '--help']);
  expect(code).toBe(0);
  for (const way of ['OTEL_TRACES_EXPORTER=console node --import', '/api/traces/<trace id>', 'the Collector'])
    expect(stdout).toContain(way);
});

test('own rules come from --config and are tried first', async () => {
  const folder = temporaryFolder();
  const config = path.join(folder, 'c.yaml');
  writeFileSync(
    config,
    'rules:\n  - name: cache\n    target: "cache://{cache.name}"\n    events: [{name: cache.get, unit: "{call}", value: 1}]\n',
  );
  const input = JSON.stringify({
    name: 'get',
    kind: 'internal',
    attributes: { 'cache.name': 'users' },
    service: 'shop',
  });
  const { code, stdout } = await runCli(['explain', '-', '--config', config], { input });
  expect(code).toBe(0);
  expect(stdout).toMatch(/rule +cache/);
  expect(stdout).toContain('cache://users');
  expect(stdout).toMatch(/cache\.get: 1(\.0)? call \(1 \{call\}\)/);
});

test('a span that no rule matches', async () => {
  const { code, stdout } = await runCli(['explain', '-'], { input: '{"name":"work"}' });
  expect(code).toBe(0);
  expect(stdout).toContain('none: the span counts nothing');
  expect(stdout).toContain('preset:db: db.system.name, db.system: absent');
});

test.each([
  ['invalid JSON', ['explain', '-'], '{"name": ', 2, 'standard input is not JSON'],
  ['no input', ['explain', '-'], '', 2, 'standard input is empty'],
  ['no span in it', ['explain', '-'], '[]', 2, 'holds no span'],
  ['not a span', ['explain', '-'], '{"a": 1}', 2, 'a span needs a name; found a'],
  [
    'a missing file',
    ['explain', 'nowhere.json'],
    '',
    2,
    'Cannot read nowhere.json: no such file. explain reads a span',
  ],
  ['no file named', ['explain'], '', 2, "missing required argument 'span.json'"],
  ['an unknown option', ['explain', '-', '--verbose'], '', 2, "unknown option '--verbose'"],
  ['a missing configuration', ['explain', '-', '--config', 'no.yaml'], '{"name":"a"}', 78, 'ENOENT'],
])('%s', async (_, args, input, code, message) => {
  const outcome = await runCli(args, { input });
  expect(outcome.code).toBe(code);
  expect(outcome.stderr).toContain(message);
});
