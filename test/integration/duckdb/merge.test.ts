import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/stores/duckdb/database.ts';
import { openStore, type StoreOptions } from '../../../src/stores/duckdb/index.ts';
import { schema } from '../../../src/stores/duckdb/schema.ts';
import { columnsOf, type TestPart, testPart, testRow, writePart } from '../../helpers/parts.ts';
import { tempDir, testLogger } from '../../helpers/temp-dir.ts';

const { version: known } = schema;

const t0 = Date.UTC(2026, 10, 22, 14);

const part = (sequence: number, rows = 3, more: Partial<TestPart> = {}): TestPart => ({
  instance: 'i',
  sequence,
  sealedAt: t0 + sequence * 60_000,
  rows: Array.from({ length: rows }, (_, k) =>
    testRow({ windowStart: t0 + sequence * 60_000, origin: `GET /${k}`, value: k / 1024 }),
  ),
  ...more,
});

const inbox = (directory: string): string[] => readdirSync(join(directory, 'local')).sort();

async function merged(directory: string, options: Partial<StoreOptions> = {}) {
  const store = await openStore({ directory, ...options });
  try {
    const result = await store.merge();
    const [sums] = await store.all<{ n: number; v: number }>(
      'SELECT count(*) AS n, coalesce(sum(value), 0) AS v FROM sums',
    );
    return { result, rows: sums!.n, value: sums!.v };
  } finally {
    store.close();
  }
}

function zstd(text: string): Buffer {
  return zlib.zstdCompressSync(text, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
}

test('merges every part once and removes its file', async () => {
  const directory = tempDir();
  for (let sequence = 1; sequence <= 150; sequence++) writePart(directory, part(sequence));
  const logger = testLogger();
  const { result, rows, value } = await merged(directory, { logger });
  // Whole batches went in: no part had to be taken alone.
  expect(logger.details).toEqual([]);
  expect(result).toEqual({ parts: 150, rows: 450, repeated: 0, quarantined: 0, newer: 0 });
  expect({ rows, value }).toEqual({ rows: 450, value: (150 * 3) / 1024 });
  expect(inbox(directory)).toEqual([]);
});

test('a part that comes again changes nothing', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  writePart(directory, part(1));
  const { result, rows } = await merged(directory);
  expect(result).toMatchObject({ parts: 0, repeated: 1 });
  expect(rows).toBe(3);
  expect(inbox(directory)).toEqual([]);
});

test('the same part under two names counts once', async () => {
  const directory = tempDir();
  const path = writePart(directory, part(1));
  writeFileSync(path.replace('i-1', 'copy-1'), readFileSync(path));
  const { result, rows } = await merged(directory);
  expect(result).toMatchObject({ parts: 1, repeated: 1, quarantined: 0 });
  expect(rows).toBe(3);
  expect(inbox(directory)).toEqual([]);
});

test('other content under a known id is set aside, in the store and in one batch', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  writePart(directory, part(1, 5));
  writePart(directory, part(2));
  writeFileSync(join(directory, 'local', 'z-2.json.zst'), testPart(part(2, 7)).body);
  const { result, rows } = await merged(directory);
  expect(result).toMatchObject({ parts: 1, quarantined: 2 });
  expect(rows).toBe(6);
  expect(readFileSync(join(directory, 'quarantine', 'i-1.json.zst.reason.txt'), 'utf8')).toContain('other content');
});

test('damaged files are set aside with the reason, everything else is merged', async () => {
  const directory = tempDir();
  for (let sequence = 1; sequence <= 10; sequence++) writePart(directory, part(sequence));
  const good = testPart(part(99)).body;
  const damaged: Record<string, Uint8Array | string> = {
    'empty-1': '',
    'cut-1': good.subarray(0, good.length - 5),
    'flipped-1': Buffer.from(good).fill(good[20]! ^ 0xff, 20, 21),
    'text-1': 'not zstd',
    'json-1': zstd('{"v":1'),
    'short-1': zstd(JSON.stringify({ ...columnsOf(part(98)), value: [1] })),
    'index-1': zstd(JSON.stringify({ ...columnsOf(part(97)), origin: [0, 1, 99] })),
    'huge-1': zstd(JSON.stringify({ ...columnsOf(part(96)), samples: [1e300, 1, 1] })),
    'width-1': zstd(JSON.stringify({ ...columnsOf(part(95)), wsec: 1e12 })),
  };
  for (const [name, bytes] of Object.entries(damaged))
    writeFileSync(join(directory, 'local', `${name}.json.zst`), bytes);
  const logger = testLogger();
  const { result, rows } = await merged(directory, { logger });
  expect(result).toMatchObject({ parts: 10, rows: 30, quarantined: Object.keys(damaged).length });
  expect(rows).toBe(30);
  const aside = readdirSync(join(directory, 'quarantine'));
  for (const name of Object.keys(damaged)) {
    expect(aside).toContain(`${name}.json.zst`);
    expect(readFileSync(join(directory, 'quarantine', `${name}.json.zst.reason.txt`), 'utf8').length).toBeGreaterThan(
      20,
    );
  }
  expect(logger.lines).toHaveLength(Object.keys(damaged).length);
  expect(inbox(directory)).toEqual([]);
});

test.each([
  ['version', { v: 3 }, 'part format version 3'],
  ['lane', { lane: 'level' }, 'rows of the lane "level"; this release reads the lane sum'],
])('a part of a newer %s stays, with one message', async (_, newer, reason) => {
  const directory = tempDir();
  writePart(directory, part(1));
  writeFileSync(join(directory, 'local', 'new-1.json.zst'), zstd(JSON.stringify({ ...columnsOf(part(9)), ...newer })));
  const logger = testLogger();
  const { result } = await merged(directory, { logger });
  expect(result).toMatchObject({ parts: 1, newer: 1, quarantined: 0 });
  expect(inbox(directory)).toEqual(['new-1.json.zst']);
  expect(logger.lines).toEqual([expect.stringMatching(`newer release.*${reason}`)]);
});

test('unfinished and foreign files are left alone', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  const others = ['.i-2.json.zst', 'i-2.json.zst.tmp', 'notes.txt'];
  for (const name of others) writeFileSync(join(directory, 'local', name), 'x');
  await merged(directory);
  expect(inbox(directory)).toEqual(others.sort());
});

test('hostile strings and extreme numbers survive exactly', async () => {
  const directory = tempDir();
  const names = ["'; DROP TABLE sums; --", '"', '\\', 'a\u0000b', '😀\u202e', 'x'.repeat(5_000), '\ud800 half', ''];
  const numbers = [0.1, 5e-324, 1.7976931348623157e308, -1.5, 2 ** 53, 1e-7, 0, 3];
  const rows = names.map((origin, i) =>
    testRow({ windowStart: t0, origin, value: numbers[i]!, min: null, max: numbers[i]! }),
  );
  writePart(directory, part(1, 0, { rows }));
  const store = await openStore({ directory });
  await store.merge();
  const stored = await store.all('SELECT origin, value, min, max FROM sums ORDER BY "row"');
  store.close();
  expect(stored).toEqual(rows.map((r) => ({ origin: r.origin.toWellFormed(), value: r.value, min: null, max: r.max })));
});

test('an empty part is recorded, so that its sequence shows no gap', async () => {
  const directory = tempDir();
  writePart(directory, part(1, 0, { final: true }));
  const store = await openStore({ directory });
  expect(await store.merge()).toMatchObject({ parts: 1, rows: 0 });
  expect(await store.all('SELECT part_id, n, final, services FROM parts')).toEqual([
    { part_id: 'i-1', n: 0, final: true, services: [] },
  ]);
  store.close();
});

test('two stores of one process share the file and their merges do not collide', async () => {
  const directory = tempDir();
  for (let sequence = 1; sequence <= 100; sequence++) writePart(directory, part(sequence));
  const [a, b] = await Promise.all([openStore({ directory }), openStore({ directory })]);
  const [first, second] = await Promise.all([a.merge(), b.merge()]);
  expect(first.parts + second.parts).toBe(100);
  a.close();
  expect(await b.all('SELECT count(*) AS n FROM sums')).toEqual([{ n: 300 }]);
  b.close();
  b.close();
});

test('a damaged write-ahead log is set aside and nothing is lost', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  // A log of another life of the file: DuckDB refuses to replay it.
  const other = tempDir();
  const db = await openDatabase(join(other, 'store.duckdb'), { logger: testLogger() });
  await db.run("SET checkpoint_threshold = '1GB'");
  await db.run('CREATE TABLE sums (x INTEGER)');
  await db.run('INSERT INTO sums SELECT * FROM range(10000)');
  const wal = readFileSync(join(other, 'store.duckdb.wal'));
  db.close();
  wal.fill(0xaa, 40, 60);
  writeFileSync(join(directory, 'store.duckdb.wal'), wal);
  writePart(directory, part(2));
  const logger = testLogger();
  const { rows } = await merged(directory, { logger });
  expect(rows).toBe(6);
  expect(logger.lines.join('\n')).toContain('set aside');
  expect(readdirSync(join(directory, 'quarantine'))).toHaveLength(1);
});

test('no directory, or an empty one, is ATTR_STORE_EMPTY and leaves no file behind', async () => {
  const directory = tempDir();
  await expect(openStore({ directory: join(directory, 'none') })).rejects.toMatchObject({ code: 'ATTR_STORE_EMPTY' });
  await expect(openStore({ directory })).rejects.toMatchObject({
    code: 'ATTR_STORE_EMPTY',
    message: expect.stringContaining('doctor'),
  });
  expect(readdirSync(directory)).toEqual([]);
});

test('a file that is no store says so and is not touched', async () => {
  const directory = tempDir();
  const file = join(directory, 'store.duckdb');
  writeFileSync(file, 'x'.repeat(20_000));
  await expect(openStore({ directory })).rejects.toMatchObject({
    code: 'ATTR_EXPORT_FAILED',
    message: expect.stringContaining(file),
  });
  expect(statSync(file).size).toBe(20_000);
});

test('a newer schema is refused and the file stays as it is', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  const store = await openStore({
    directory,
    schema: { version: known + 1, migrations: { [known]: 'ALTER TABLE parts ADD COLUMN extra INTEGER' } },
  });
  store.close();
  const before = readFileSync(join(directory, 'store.duckdb'));
  await expect(openStore({ directory })).rejects.toMatchObject({
    code: 'ATTR_STORE_VERSION',
    message: expect.stringContaining(`version ${known + 1}`),
  });
  expect(readFileSync(join(directory, 'store.duckdb')).equals(before)).toBe(true);
});

test('an older schema is copied aside and migrated', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  const logger = testLogger();
  const schema = {
    version: known + 2,
    migrations: { [known]: 'ALTER TABLE parts ADD COLUMN a INTEGER', [known + 1]: 'UPDATE parts SET a = 7' },
  };
  const store = await openStore({ directory, schema, logger });
  expect(await store.all('SELECT a FROM parts')).toEqual([{ a: 7 }]);
  store.close();
  expect(logger.lines).toEqual([expect.stringContaining(`store.duckdb.v${known}`)]);
  const old = await openDatabase(join(directory, `store.duckdb.v${known}`), { logger });
  expect(await old.all('SELECT (SELECT count(*) FROM sums) AS n, version FROM store_version')).toEqual([
    { n: 3, version: known },
  ]);
  old.close();
});

test('a store of version 1 learns from its rows when instances began', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  const store = await openStore({ directory });
  const before = await store.all('SELECT part_id, started_at FROM parts');
  await store.all('ALTER TABLE parts DROP COLUMN started_at');
  await store.all('UPDATE store_version SET version = 1');
  store.close();
  const migrated = await openStore({ directory });
  expect(await migrated.all('SELECT part_id, started_at FROM parts')).toEqual(before);
  writePart(directory, { ...part(2), startedAt: 5_000 });
  await migrated.merge();
  expect(await migrated.all('SELECT epoch_ms(started_at) AS at FROM parts WHERE sequence = 2')).toEqual([
    { at: 5_000 },
  ]);
  migrated.close();
});

test('a migration that fails changes nothing', async () => {
  const directory = tempDir();
  writePart(directory, part(1));
  await merged(directory);
  const schema = {
    version: known + 2,
    migrations: { [known]: 'ALTER TABLE parts ADD COLUMN a INTEGER', [known + 1]: 'UPDATE nothing SET a = 7' },
  };
  await expect(openStore({ directory, schema })).rejects.toThrow('nothing');
  const { rows } = await merged(directory);
  expect(rows).toBe(3);
  const store = await openStore({ directory });
  expect(
    await store.all("SELECT count(*) AS n FROM duckdb_columns() WHERE table_name = 'parts' AND column_name = 'a'"),
  ).toEqual([{ n: 0 }]);
  store.close();
  expect(existsSync(join(directory, `store.duckdb.v${known}`))).toBe(true);
});
