import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { writePartSync } from '../../../src/parts/part-files.ts';
import { INSTANCE, makePart } from '../../unit/parts/make-part.ts';
import { makePipeline, ScriptedExporter } from '../../unit/pipeline/helpers.ts';
import { runCli, temporaryFolder } from './run-cli.ts';

const DEAD = '11111111-2222-4333-8444-555555555555';

/** Two instances with parts for `otlp`, one alive; one part in local/, three set aside. */
function filled(): string {
  const directory = temporaryFolder();
  const put = (folder: string, instance: string, sequence: number, name?: string): void => {
    const full = path.join(directory, folder);
    mkdirSync(full, { recursive: true });
    const sealedAt = Date.now() - 7_200_000;
    const part = makePart([{}], { instance, sequence, sealedAt });
    writePartSync(full, part, { mtimeMs: sealedAt, ...(name !== undefined && { name }) });
  };
  put('local', INSTANCE, 1);
  put('otlp', INSTANCE, 1);
  put('otlp', INSTANCE, 2, `${INSTANCE}-2.sent-1700000000000.json.zst`);
  put('otlp', DEAD, 1);
  writeFileSync(path.join(directory, 'otlp', `${INSTANCE}.owner-${INSTANCE}`), '');
  writeFileSync(path.join(directory, 'otlp', `${DEAD}.owner-${DEAD}`), '');
  utimesSync(path.join(directory, 'otlp', `${DEAD}.owner-${DEAD}`), 1_700_000_000, 1_700_000_000);
  for (const [sequence, reason] of [
    [7, '400: unknown tenant'],
    [8, '400: unknown tenant'],
    [9, 'may have arrived, and otlp can neither be asked nor take it twice: no answer'],
  ] as const) {
    put('quarantine/otlp', INSTANCE, sequence);
    writeFileSync(path.join(directory, 'quarantine/otlp', `${INSTANCE}-${sequence}.reason.txt`), `${reason}\n`);
  }
  return directory;
}

const spool = (directory: string, ...args: string[]) => runCli(['-d', directory, 'spool', ...args]);

test('ls: waiting, unconfirmed, set aside and why, and who sends it', async () => {
  const directory = filled();
  const { code, stdout } = await spool(directory, 'ls');
  expect(code).toBe(0);
  const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toContainEqual([
    'local',
    '1',
    '0',
    '0',
    expect.stringMatching(/ B$/),
    '2 h ago',
    expect.stringContaining('store'),
  ]);
  expect(lines).toContainEqual([
    'otlp',
    '2',
    '1',
    '3',
    expect.anything(),
    '2 h ago',
    expect.stringMatching(/^a running process, 1 by nobody/),
  ]);
  expect(lines).toContainEqual(['otlp', '2', `${INSTANCE}-7`, '400: unknown tenant']);
  const json = JSON.parse((await spool(directory, 'ls', '--json')).stdout);
  expect(json.exporters[1]).toMatchObject({
    exporter: 'otlp',
    waiting: 2,
    unconfirmed: 1,
    unattended: 1,
    owners: [
      { instance: INSTANCE, alive: true },
      { instance: DEAD, alive: false },
    ].sort((a, b) => (a.instance < b.instance ? -1 : 1)),
    quarantined: [{ reason: '400: unknown tenant' }, {}, { id: `${INSTANCE}-9` }],
  });
});

test('ls: how often parts were tried, and since when; requeue has the destination asked first', async () => {
  const directory = temporaryFolder();
  const now = Date.now();
  const hours = (n: number): number => now - n * 3_600_000;
  const put = (folder: string, sequence: number, name: string): void => {
    mkdirSync(path.join(directory, folder), { recursive: true });
    const part = makePart([{}], { sequence, sealedAt: hours(9) });
    writePartSync(path.join(directory, folder), part, { mtimeMs: hours(9), name });
  };
  put('kusto', 1, `${INSTANCE}-1.json.zst`);
  put('kusto', 2, `${INSTANCE}-2.handed-${hours(1)}.json.zst`);
  put('kusto', 3, `${INSTANCE}-3.handed-${hours(2)}.missed-3x${hours(8)}.json.zst`);
  put('kusto', 4, `${INSTANCE}-4.handed-${hours(2)}.missed-3x${hours(7)}.json.zst`);
  put('kusto', 5, `${INSTANCE}-5.missed-2x${hours(3)}.json.zst`);
  for (const sequence of [6, 7]) {
    put('quarantine/kusto', sequence, `${INSTANCE}-${sequence}.json.zst`);
    const reason = `did not arrive in 5 attempts (first on 2026-11-2${sequence}T10:00:00.000Z). Kusto records no failure for it. Blobs, by source id: 0b9f2c7e-6a53-4c0f-9d6e-1f2a3b4c5d6${sequence}.`;
    writeFileSync(path.join(directory, 'quarantine/kusto', `${INSTANCE}-${sequence}.reason.txt`), `${reason}\n`);
  }
  const { stdout } = await spool(directory, 'ls');
  const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toContainEqual(['on the way', 'parts', 'state', 'attempts', 'first attempt', 'oldest']);
  expect(lines.filter(([name, , state]) => name === 'kusto' && /^(waits|handed)/.test(state!))).toEqual([
    ['kusto', '2', 'handed over, not there yet', '4', '8 h ago', '9 h ago'],
    ['kusto', '1', 'waits', '2', '3 h ago', '9 h ago'],
    ['kusto', '1', 'handed over, not there yet', '1', '60 min ago', '9 h ago'],
    ['kusto', '1', 'waits', '0', '–', '9 h ago'],
  ]);
  expect(lines).toContainEqual(['kusto', '2', `${INSTANCE}-6`, expect.stringMatching(/^did not arrive in 5 attempts/)]);
  const json = JSON.parse((await spool(directory, 'ls', '--json')).stdout);
  expect(json.exporters[0]).toMatchObject({
    waiting: 2,
    unconfirmed: 3,
    attempts: [
      { state: 'handed', attempts: 4, parts: 2, firstAttempt: new Date(hours(8)).toISOString() },
      { state: 'waiting', attempts: 2, parts: 1 },
      { state: 'handed', attempts: 1, parts: 1 },
      { state: 'waiting', attempts: 0, parts: 1, firstAttempt: null },
    ],
    quarantined: [{ reason: expect.stringContaining('no failure') }, {}],
  });
  expect((await spool(directory, 'verify')).stdout).toBe('7 parts read, 0 damaged.\n');
  expect((await spool(directory, 'requeue', `${INSTANCE}-6`)).code).toBe(0);
  expect(readdirSync(path.join(directory, 'kusto')).filter((name) => name.includes('-6.'))).toEqual([
    expect.stringMatching(/-6\.handed-\d{13}\.json\.zst$/),
  ]);
});

test('ls of nothing, and of a directory that is not there', async () => {
  const directory = temporaryFolder();
  expect(await spool(directory, 'ls')).toMatchObject({
    code: 0,
    stdout: 'Nothing waits, and nothing was set aside.\n',
  });
  const missing = await spool(path.join(directory, 'nowhere'), 'ls');
  expect(missing.code).toBe(3);
  expect(missing.stderr).toContain('nowhere does not exist');
});

test('verify: finds what is damaged, moves it only when told to', async () => {
  const directory = filled();
  expect(await spool(directory, 'verify')).toMatchObject({ code: 0, stdout: '7 parts read, 0 damaged.\n' });
  const file = path.join(directory, 'otlp', `${DEAD}-1.json.zst`);
  const bytes = readFileSync(file);
  bytes[bytes.length - 6]! ^= 0x10;
  writeFileSync(file, bytes);
  const found = await spool(directory, 'verify');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(new RegExp(`otlp +in place +${DEAD}-1.json.zst`));
  expect(existsSync(file)).toBe(true);
  const moved = await spool(directory, 'verify', '--set-aside', '--json');
  expect(moved.code).toBe(0);
  expect(JSON.parse(moved.stdout).damaged).toMatchObject([{ exporter: 'otlp', setAside: true }]);
  expect(existsSync(file)).toBe(false);
  expect(readFileSync(path.join(directory, 'quarantine/otlp', `${DEAD}-1.reason.txt`), 'utf8')).toMatch(/damaged/);
});

test('verify: what a newer release wrote is named and stays', async () => {
  const directory = filled();
  const file = path.join(directory, 'otlp', `${DEAD}-1.json.zst`);
  const checksum = { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } };
  writeFileSync(file, zlib.zstdCompressSync(JSON.stringify({ v: 2, lane: 'level' }), checksum));
  const { code, stdout } = await spool(directory, 'verify', '--set-aside');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /7 parts read, 0 damaged.\n1 were written by a newer release. For one: .*lane "level"; this release reads the lane sum. Update/,
  );
  const { newer } = JSON.parse((await spool(directory, 'verify', '--json')).stdout);
  expect(newer).toEqual([file]);
  expect(existsSync(file)).toBe(true);
});

test('requeue: by id and by exporter; what may have arrived asks for --force', async () => {
  const directory = filled();
  expect((await spool(directory, 'requeue')).code).toBe(2);
  const one = await spool(directory, 'requeue', `${INSTANCE}-7`, '--json');
  expect(JSON.parse(one.stdout)).toMatchObject({ requeued: [`${INSTANCE}-7`], held: [], unknown: [] });
  const all = await spool(directory, 'requeue', 'otlp', 'nobody');
  expect(all.code).toBe(1);
  expect(all.stdout).toMatch(/1 parts are in the spool again.\n1 stay set aside because they may have arrived.*-9/);
  expect(all.stdout).toContain('is called nobody');
  const forced = await spool(directory, 'requeue', '--all', '--force');
  expect(forced).toMatchObject({ code: 0, stdout: '1 parts are in the spool again.\n' });
  expect(readdirSync(path.join(directory, 'quarantine/otlp'))).toEqual([]);
  expect(readdirSync(path.join(directory, 'otlp')).filter((name) => /-[789]\.json\.zst$/.test(name))).toHaveLength(3);
});

test('what is put back is sent by the next process', async () => {
  const directory = temporaryFolder();
  const part = makePart();
  mkdirSync(path.join(directory, 'quarantine/scripted'), { recursive: true });
  writePartSync(path.join(directory, 'quarantine/scripted'), part);
  writeFileSync(path.join(directory, 'quarantine/scripted', `${part.id}.reason.txt`), '403: no permission\n');
  expect((await spool(directory, 'requeue', 'scripted')).code).toBe(0);
  const exporter = new ScriptedExporter();
  const { pipeline } = makePipeline([exporter], { directory, clock: { now: Date.now } });
  pipeline.start();
  while (exporter.delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(exporter.delivered.map(({ id }) => id)).toEqual([part.id]);
  await pipeline.shutdown();
});
