import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Env } from '../../../src/config/env.ts';
import { AttributionError } from '../../../src/core/errors.ts';
import { loadOptions } from '../../../src/engine/options.ts';
import { MemoryLikeExporter } from './memory-like-exporter.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'attribution-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function file(text: string): Env {
  const path = join(directory, `${++files}.yaml`);
  writeFileSync(path, text);
  return { OTEL_ATTRIBUTION_CONFIG_FILE: path };
}

function messageOf(fromCode: unknown, env: Env = {}): string {
  try {
    loadOptions(fromCode, env);
  } catch (error) {
    expect(error).toBeInstanceOf(AttributionError);
    expect((error as AttributionError).code).toBe('ATTR_CONFIG_INVALID');
    return (error as Error).message;
  }
  throw new Error('accepted');
}

describe('loadOptions', () => {
  it('gives nothing for nothing', () => {
    expect(loadOptions(undefined, {})).toEqual({});
    expect(loadOptions({}, { PATH: '/bin', OTEL_ATTRIBUTION_LIVE: '' })).toEqual({});
  });

  it('merges: code wins over environment over file', () => {
    const env = {
      ...file('windowSeconds: 30\nlive: false\nservice: f\nexporters: [console]'),
      OTEL_ATTRIBUTION_WINDOW_SECONDS: '20',
      OTEL_ATTRIBUTION_LIVE: 'true',
    };
    expect(loadOptions({ windowSeconds: 10 }, env)).toEqual({
      windowSeconds: 10,
      live: true,
      service: 'f',
      exporters: ['console'],
    });
    expect(loadOptions({ windowSeconds: undefined, service: undefined }, env)).toMatchObject({
      windowSeconds: 20,
      service: 'f',
    });
  });

  it('reads every variable', () => {
    const env = {
      OTEL_ATTRIBUTION_ENABLED: 'False',
      OTEL_ATTRIBUTION_DIRECTORY: '/var/lib/parts',
      OTEL_ATTRIBUTION_EXPORTERS: 'file, console,memory,otlp',
      OTEL_ATTRIBUTION_WINDOW_SECONDS: '60',
      OTEL_ATTRIBUTION_PROPAGATE_TO: 'a.internal, *.b:80',
      OTEL_ATTRIBUTION_TRUST_BAGGAGE: '1',
      OTEL_ATTRIBUTION_LIVE: '0',
      OTEL_ATTRIBUTION_EXIT_TABLE: 'true',
      OTEL_ATTRIBUTION_MAX_SPOOL_BYTES: '2000000',
    };
    expect(loadOptions(undefined, env)).toEqual({
      enabled: false,
      directory: '/var/lib/parts',
      exporters: ['file', 'console', 'memory', { otlp: {} }],
      windowSeconds: 60,
      propagateTo: ['a.internal', '*.b:80'],
      trustBaggage: true,
      live: false,
      exitTable: true,
      maxSpoolBytes: 2_000_000,
    });
  });

  it('reads the Kusto exporter from variables', () => {
    const env = {
      OTEL_ATTRIBUTION_EXPORTERS: 'kusto',
      OTEL_ATTRIBUTION_KUSTO_CLUSTER: KUSTO,
      OTEL_ATTRIBUTION_KUSTO_DATABASE: 'load',
      OTEL_ATTRIBUTION_KUSTO_TABLE: 'Shop',
      OTEL_ATTRIBUTION_KUSTO_MODE: 'streaming',
      OTEL_ATTRIBUTION_KUSTO_AUTH: 'managed-identity:42',
    };
    expect(loadOptions(undefined, env).exporters).toEqual([
      {
        kusto: {
          cluster: KUSTO,
          database: 'load',
          table: 'Shop',
          mode: 'streaming',
          auth: { managedIdentity: { clientId: '42' } },
        },
      },
    ]);
    expect(messageOf(undefined, { ...env, OTEL_ATTRIBUTION_KUSTO_DATABASE: '' })).toContain(
      'OTEL_ATTRIBUTION_KUSTO_DATABASE',
    );
    const secret = { ...env, OTEL_ATTRIBUTION_KUSTO_CONNECTION_STRING: 'AppKey=hunter2' };
    expect(messageOf(undefined, secret)).toContain('needs either cluster or connectionString');
    expect(messageOf(undefined, secret)).not.toContain('hunter2');
  });

  it('freezes its own copy all the way down, and leaves the caller and exporter objects alone', () => {
    const exporter = new MemoryLikeExporter();
    const route = () => '/a';
    const given = { exporters: [exporter, { otlp: { headers: { a: 'b' } } }], propagateTo: ['x'], route };
    const options = loadOptions(given, {});
    expect(options.exporters![0]).toBe(exporter);
    expect(options.route).toBe(route);
    expect([options, options.exporters, options.exporters![1], options.propagateTo].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen((options.exporters![1] as { otlp: object }).otlp)).toBe(true);
    expect(Object.isFrozen(exporter)).toBe(false);
    expect(Object.isFrozen(given) || Object.isFrozen(given.propagateTo)).toBe(false);
  });

  it('takes rules from YAML', () => {
    const env = file(`
# nothing but the rule
rules:
  - name: rows
    match: {kind: client, attributes: {db.system.name: {in: [redis, valkey]}}}
    target: 'redis://{server.address}/{db.namespace|=0}'
    events: [{name: rows, unit: '{row}', value: {attribute: db.response.returned_rows}}]
`);
    expect(loadOptions(undefined, env).rules).toHaveLength(1);
    expect(loadOptions(undefined, file('# empty\n'))).toEqual({});
    expect(loadOptions(undefined, file('{"windowSeconds": 30}'))).toEqual({ windowSeconds: 30 });
  });
});

const KUSTO = 'https://shop.westeurope.kusto.windows.net';

describe('problems', () => {
  const code: [unknown, string, string, string][] = [
    [{ windowSeconds: 'x' }, 'windowSeconds', 'must be a number', 'windowSeconds: 60'],
    [{ windowSeconds: 7 }, 'windowSeconds', 'must divide 300', 'windowSeconds: 60'],
    [{ windowSeconds: -60 }, 'windowSeconds', 'must be more than 0', 'windowSeconds: 60'],
    [{ windowSeconds: Number.NaN }, 'windowSeconds', 'must be a number', 'windowSeconds: 60'],
    [{ windowSecond: 60 }, 'windowSecond', 'no such option', 'did you mean windowSeconds?'],
    [{ repair: 'no' }, 'repair', 'must be a boolean', 'repair: true'],
    [{ service: '' }, 'service', 'must not be empty', 'service: storefront'],
    [{ presets: ['databases'] }, 'presets[0]', 'must be one of "server", "db"', 'presets: [server, db, http]'],
    [{ presets: ['htpp'] }, 'presets[0]', 'must be one of', 'did you mean http?'],
    [{ exporters: ['fiel'] }, 'exporters[0]', "must be 'file', 'console'", 'exporters: [file'],
    [{ exporters: [{ name: 'x' }] }, 'exporters[0]', "must be 'file', 'console'", 'exporters: [file'],
    [
      { exporters: [{ otlp: { url: 'nowhere' } }] },
      'exporters[0].otlp.url',
      'must be an absolute URL',
      'exporters: [file',
    ],
    [{ exporters: [{ otlp: { urll: 'x' } }] }, 'exporters[0].otlp.urll', 'no such option', 'did you mean url?'],
    [
      { exporters: [{ kusto: { database: 'd' } }] },
      'exporters[0].kusto',
      'needs either cluster',
      'kusto: {cluster: https://',
    ],
    [
      { exporters: [{ kusto: { cluster: KUSTO } }] },
      'exporters[0].kusto.database',
      'is required',
      'database: attribution',
    ],
    [
      { exporters: [{ kusto: { cluster: 'shop', database: 'd' } }] },
      'exporters[0].kusto.cluster',
      'lacks the region',
      'cluster: https://mycluster',
    ],
    [
      { exporters: [{ kusto: { cluster: 'https://app.fabric.microsoft.com/groups/1/databases/2', database: 'd' } }] },
      'exporters[0].kusto.cluster',
      'is the page of a portal: copy',
      'cluster: https://mycluster',
    ],
    [
      { exporters: [{ kusto: { cluster: `${KUSTO}/books`, database: 'd' } }] },
      'exporters[0].kusto',
      'the address in cluster names another database',
      'kusto: {cluster',
    ],
    [
      { exporters: [{ kusto: { cluster: KUSTO, database: 'd', table: 'T?x=1' } }] },
      'exporters[0].kusto.table',
      'must begin with a letter',
      'table: Attribution',
    ],
    [
      { exporters: [{ kusto: { cluster: KUSTO, databse: 'd', database: 'd' } }] },
      'exporters[0].kusto.databse',
      'no such option',
      'did you mean database?',
    ],
    [
      { exporters: [{ kusto: { cluster: KUSTO, database: 'd', auth: 'az' } }] },
      'exporters[0].kusto.auth',
      'must be default, az-cli',
      'auth: default',
    ],
    [
      { exporters: [{ kusto: { database: 'd', connectionString: 'x', auth: 'none' } }] },
      'exporters[0].kusto',
      'leave auth out',
      'kusto: {cluster',
    ],
    [{ exporters: ['file', 'file'] }, 'exporters', 'each exporter has a name of its own', 'list "file" once'],
    [
      { originDeadlineSeconds: 30 },
      'originDeadlineSeconds',
      'must be at least windowSeconds (60)',
      'originDeadlineSeconds: 120',
    ],
    [{ maxSpoolBytes: 10 }, 'maxSpoolBytes', 'must be at least 1 MiB', 'maxSpoolBytes: 1073741824'],
    [{ route: '/a' }, 'route', 'must be a function', 'route:'],
    [{ attributes: { tenant: [] } }, 'attributes.tenant', 'must name at least one attribute', 'attributes: {tenant'],
    [{ rules: [{ name: 'r', target: 't' }] }, 'rules[0].events', 'is required: a list', 'events: [{name'],
    [
      { rules: [{ name: 'r', target: '{', events: [{ name: 'n', unit: 's' }] }] },
      'rules[0].target',
      "'{' without '}'",
      "target: 'redis",
    ],
    [
      { rules: [{ name: 'r', target: 't', events: [{ name: 'n', unit: 'By' }] }] },
      'rules[0].events[0].unit',
      'a duration is in a unit of time',
      'unit: s (seconds)',
    ],
    [
      { rules: [{ name: 'r', target: 't', events: [{ name: 'n', unit: 's', valeu: 1 }] }] },
      'rules[0].events[0].valeu',
      'no such option',
      'did you mean value?',
    ],
    [
      { rules: [{ name: 'r', target: 't', events: [{ name: 'n', unit: 's', value: 'long' }] }] },
      'rules[0].events[0].value',
      "must be 'duration', 'point'",
      'value: {attribute',
    ],
    [
      { rules: [{ name: 'r', match: { kind: 'clinet' }, target: 't', events: [{ name: 'n', unit: 's' }] }] },
      'rules[0].match.kind',
      'must be one of internal, server',
      'kind: client',
    ],
    [
      {
        rules: [{ name: 'r', match: { attributes: { 'a.b': [1] } }, target: 't', events: [{ name: 'n', unit: 's' }] }],
      },
      'rules[0].match.attributes["a.b"]',
      'must be a value, {in',
      'db.system.name: {in',
    ],
    ['windowSeconds: 60', '', 'must be a map', 'pass an object of options'],
    [null, '', 'must be a map', 'pass an object of options'],
    [[], '', 'must be a map', 'pass an object of options'],
  ];
  for (const [given, path, rule, fix] of code) {
    it(`${JSON.stringify(given)}: ${rule}`, () => {
      const message = messageOf(given);
      expect(message).toMatch(/^configuration of otel-attribution has 1 problem:\n/);
      expect(message.split('\n')[1]).toBe(path === '' ? '  code' : `  code: ${path}`);
      expect(message.split('\n')[3]).toContain(rule);
      expect(message.split('\n')[4]).toContain(fix);
    });
  }

  const variables: [Env, string, string][] = [
    [{ OTEL_ATTRIBUTION_WINDOW: '60' }, 'no such variable', 'did you mean OTEL_ATTRIBUTION_WINDOW_SECONDS?'],
    [{ OTEL_ATTRIBUTION_TRUST_BAGAGE: 'true' }, 'no such variable', 'did you mean OTEL_ATTRIBUTION_TRUST_BAGGAGE?'],
    [{ OTEL_ATTRIBUTION_QQQQQQQQQQ: '1' }, 'no such variable', 'remove it; known are OTEL_ATTRIBUTION_CONFIG_FILE, '],
    [{ OTEL_ATTRIBUTION_LIVE: 'maybe' }, 'must be true or false', 'OTEL_ATTRIBUTION_LIVE=true'],
    [{ OTEL_ATTRIBUTION_WINDOW_SECONDS: '1e3' }, 'must be a number', 'OTEL_ATTRIBUTION_WINDOW_SECONDS=60'],
    [{ OTEL_ATTRIBUTION_WINDOW_SECONDS: '7' }, 'must divide 300', 'windowSeconds: 60'],
    [{ OTEL_ATTRIBUTION_EXPORTERS: 'otpl' }, "must be 'file', 'console'", 'exporters:'],
    [{ OTEL_ATTRIBUTION_CONFIG_FILE: '/does/not/exist.yaml' }, 'must be a readable file', 'create it'],
    [{ OTEL_ATTRIBUTION_CONFIG_FILE: '/' }, 'must be a readable file', 'make it a readable file'],
  ];
  for (const [env, rule, fix] of variables) {
    it(`${Object.entries(env)[0]!.join('=')}: ${rule}`, () => {
      const message = messageOf(undefined, env);
      expect(message).toContain('has 1 problem');
      expect(message).toContain(rule);
      expect(message).toContain(fix);
      const [variable, value] = Object.entries(env)[0]!;
      expect(message).toContain(variable.endsWith('FILE') ? value! : variable);
    });
  }

  it('name line and column of a file', () => {
    const env = file(
      'live: true\nwindowSecnds: 60\nrules:\n  - name: r\n    target: t\n    events:\n      - {name: n, unit: By}\n',
    );
    const path = env.OTEL_ATTRIBUTION_CONFIG_FILE;
    const message = messageOf(undefined, env);
    expect(message).toContain(`${path}:2:1: windowSecnds`);
    expect(message).toContain(`${path}:7:25: rules[0].events[0].unit`);
    expect(messageOf(undefined, file('a: [1'))).toMatch(/\.yaml:1:\d+\n.*received[\s\S]*must be YAML/);
    expect(messageOf(undefined, file('live: true\nlive: false'))).toMatch(
      /\.yaml:2:1[\s\S]*must be YAML: Map keys must be unique/,
    );
    expect(messageOf(undefined, file('- 1'))).toMatch(/\.yaml:1:1[\s\S]*must be a map/);
    expect(messageOf(undefined, file('exporters: [{name: x}]'))).toContain('exporters[0]');
  });

  it('are told all at once, from every source', () => {
    const env = { ...file('windowSeconds: 7\nfoo: 1'), OTEL_ATTRIBUTION_LIVE: 'x', OTEL_ATTRIBUTION_X: '1' };
    const message = messageOf({ repair: 1, presets: ['a', 'b'] }, env);
    expect(message).toContain('has 7 problems');
    for (const part of [
      'windowSeconds',
      'foo',
      'OTEL_ATTRIBUTION_LIVE',
      'OTEL_ATTRIBUTION_X',
      'repair',
      'presets[0]',
      'presets[1]',
    ])
      expect(message).toContain(part);
  });

  it('do not repeat secrets, nor long values', () => {
    const message =
      messageOf({
        exporters: [
          {
            otlp: { headers: { authorization: ['Bearer hunter2'] }, Headers: { k: 'hunter2' }, url: 'x'.repeat(5000) },
          },
        ],
        apiKey: 'hunter2',
      }) +
      messageOf({
        exporters: [{ kusto: { connectionString: ['hunter2'], auth: { appKey: { clientSecret: ['hunter2'] } } } }],
      });
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('x'.repeat(100));
    expect(message).toContain('not shown');
  });

  it('include getters that throw and proxies', () => {
    const given = {
      get windowSeconds(): number {
        throw new Error('broken getter');
      },
    };
    expect(messageOf(given)).toContain('broken getter');
  });
});

describe('loading', () => {
  const load = fileURLToPath(new URL('../../../src/engine/options.ts', import.meta.url));
  const build = fileURLToPath(new URL('../../../src/engine/exporters.ts', import.meta.url));
  function run(script: string): string {
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim();
  }

  it('of nothing brings in neither zod nor yaml', () => {
    const out =
      run(`import { registerHooks } from 'node:module'; const seen = []; registerHooks({ resolve(s, c, n) { const r = n(s, c); seen.push(r.url); return r; } });
      const { loadOptions } = await import(${JSON.stringify(load)}); const heavy = () => seen.some((u) => /node_modules\\/(zod|yaml)\\//.test(u));
      loadOptions(undefined, {}); loadOptions({}, {}); const before = heavy();
      const options = loadOptions({ windowSeconds: 30 }, {}); console.log(before, heavy(), JSON.stringify(options));`);
    expect(out).toBe('false true {"windowSeconds":30}');
  });

  it('brings in an exporter when one is made, and no other', () => {
    const out =
      run(`import { registerHooks } from 'node:module'; const seen = []; registerHooks({ resolve(s, c, n) { const r = n(s, c); seen.push(r.url); return r; } });
      const { buildExporters } = await import(${JSON.stringify(build)}); const { loadOptions, settleOptions } = await import(${JSON.stringify(load)});
      const made = () => seen.flatMap((u) => /exporters\\/(\\w+)\\/exporter/.exec(u)?.[1] ?? []).join();
      const options = settleOptions(loadOptions({ exporters: ['memory', { kusto: { cluster: 'c.kusto.windows.net', database: 'd' } }] }, {})); const before = made();
      const { exporters } = buildExporters({ ...options, exporters: ['memory'] }, { say: console.log }); console.log(before === '', exporters[0].name, made());`);
    expect(out).toBe('true memory memory');
  });
});
