import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli, temporaryFolder } from './run-cli.ts';

function file(text: string): string {
  const name = path.join(temporaryFolder(), 'a.yaml');
  writeFileSync(name, text);
  return name;
}

test('reports every problem at once with line and fix, and exits with 78', async () => {
  const name = file('windowSecnds: 60\npresets: [db, htp]\nrules:\n  - name: x\n    target: "{a}"\n');
  const { code, stdout, stderr } = await runCli(['validate', name]);
  expect(code).toBe(78);
  expect(stdout).toBe('');
  expect(stderr).toContain('has 3 problems');
  expect(stderr).toContain(`${name}:1:1: windowSecnds`);
  expect(stderr).toContain('did you mean windowSeconds?');
  expect(stderr).toContain(`${name}:2:15: presets[1]`);
  expect(stderr).toContain('rules[0].events');
});

test('lists problems in the order of the file', async () => {
  const name = file(
    'presets: [db, htp]\nwindowSecnds: 60\nrules:\n  - name: x\n    target: "{a}"\nlive: 7\nmaxRow: 1\n',
  );
  const { stderr } = await runCli(['validate', name]);
  const lines = [...stderr.matchAll(/a\.yaml:(\d+):/g)].map(([, line]) => Number(line));
  expect(lines).toHaveLength(5);
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
});

test('says what a valid file puts in force, and which variable overrules it', async () => {
  const name = file(
    'windowSeconds: 30\nrules:\n  - name: cache\n    target: "cache://{cache.name}"\n    events: [{name: cache.get, unit: "{call}", value: 1}]\n',
  );
  const { code, stdout } = await runCli(['validate', name], { env: { OTEL_ATTRIBUTION_WINDOW_SECONDS: '60' } });
  expect(code).toBe(0);
  expect(stdout).toContain('30 s, origins decided after at most 60 s');
  expect(stdout).toMatch(/rules\s+cache/);
  expect(stdout).toContain('OTEL_ATTRIBUTION_WINDOW_SECONDS is set here: windowSeconds is 60');
});

test('--json holds problems with path, received, rule and fix', async () => {
  const { code, stdout } = await runCli(['validate', '--json', file('windowSeconds: 7\n')]);
  expect(code).toBe(78);
  const result = JSON.parse(stdout);
  expect(result.valid).toBe(false);
  expect(result.problems).toHaveLength(1);
  expect(result.problems[0]).toMatchObject({ path: 'windowSeconds', received: '7' });
  expect(result.problems[0].rule).toContain('must divide 300');
});

test('--schema prints a JSON Schema that knows the options', async () => {
  const { code, stdout } = await runCli(['validate', '--schema']);
  expect(code).toBe(0);
  expect(Object.keys(JSON.parse(stdout).properties)).toContain('windowSeconds');
});

test.each([
  ['a missing file', ['validate', '/nowhere/a.yaml'], 78, 'ENOENT'],
  ['no file at all', ['validate'], 78, 'attribution.yaml'],
  ['an unknown option', ['validate', '--strict'], 2, "unknown option '--strict'"],
  ['two files', ['validate', 'a', 'b'], 2, 'too many arguments'],
])('%s', async (_, args, code, message) => {
  const outcome = await runCli(args, { cwd: temporaryFolder() });
  expect(outcome.code).toBe(code);
  expect(outcome.stderr).toContain(message);
});
