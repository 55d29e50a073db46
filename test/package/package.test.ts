/** The package as users get it: packed, installed elsewhere, imported by every subpath, its command run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
let directory: string;

function run(file: string, args: readonly string[], cwd = directory): string {
  return execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
const node = (source: string) => run(process.execPath, ['--input-type=module', '-e', source]);

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'otel-attribution-package-'));
  // `--ignore-scripts`: the build the tests run on is the one to look at.
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], ROOT),
  ) as [{ filename: string }];
  writeFileSync(path.join(directory, 'package.json'), '{"name":"app","private":true,"type":"module"}');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', packed.filename, '@opentelemetry/api@1.10.0']);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the installed package', () => {
  it('brings what it says and no heavy dependency', () => {
    const installed = readFileSync(path.join(directory, 'package-lock.json'), 'utf8');
    const names = Object.keys((JSON.parse(installed) as { packages: object }).packages).filter(Boolean);
    expect(names.map((name) => name.replace('node_modules/', '')).sort()).toEqual(
      ['@opentelemetry/api', 'commander', 'otel-attribution', 'yaml', 'zod'].sort(),
    );
  });

  it('exports the public API', () => {
    const names = JSON.parse(
      node("console.log(JSON.stringify(Object.keys(await import('otel-attribution'))))"),
    ) as string[];
    expect(names).toEqual(
      expect.arrayContaining([
        'withAttribution',
        'withOrigin',
        'withAttributes',
        'record',
        'bindContext',
        'AttributionSpanProcessor',
        'AttributionSampler',
        'AttributionPropagator',
        'AttributionMetricExporter',
      ]),
    );
  });

  it('can be required by CommonJS', () => {
    const out = run(process.execPath, ['-e', "console.log(typeof require('otel-attribution').withAttribution)"]);
    expect(out.trim()).toBe('function');
  });

  it('loads no heavy module on import', () => {
    const out = node(
      "await import('otel-attribution'); const { createRequire } = await import('node:module'); console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)))",
    );
    expect(out).not.toMatch(/zod|yaml|commander|duckdb|sdk-node/);
  });

  it('runs the application without OpenTelemetry installed, and says what is missing', () => {
    writeFileSync(path.join(directory, 'app.js'), "console.log('the application ran');");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'otel-attribution/register', 'app.js'],
      { cwd: directory, encoding: 'utf8' },
    );
    expect(status).toBe(0);
    expect(stdout).toBe('the application ran\n');
    expect(stderr).toMatch(/npm i .*@opentelemetry\/sdk-node/);
  });

  it('has a command that helps, and says what to install for reports', () => {
    const bin = path.join(directory, 'node_modules/.bin/otel-attribution');
    expect(run(bin, ['--help'])).toContain('load');
    const { status, stderr } = spawnSync(bin, ['load'], { cwd: directory, encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/npm i @duckdb\/node-api|no data/i);
  });
});
