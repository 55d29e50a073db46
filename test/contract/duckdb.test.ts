import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Row, sumLane } from '../../src/core/row.ts';
import { DuckDBExporter, openStore } from '../../src/stores/duckdb/index.ts';
import { testPart, testRow } from '../helpers/parts.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { exporterContract, rowFields } from './exporter-contract.ts';

const columns = sumLane.map(
  ({ name, sql, type }) => `${type === 'time' ? `epoch_ms("${sql}")` : `"${sql}"`} AS "${name}"`,
);

exporterContract(
  'duckdb',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'attribution-'));
    return {
      exporter: new DuckDBExporter({ directory }),
      again: () => new DuckDBExporter({ directory }),
      received: async () => {
        const store = await openStore({ directory, create: true });
        const rows = await store.all<Row>(`SELECT ${columns.join(', ')} FROM sums`);
        store.close();
        return rows;
      },
      cleanup: () => rm(directory, { recursive: true, force: true }),
    };
  },
  { fields: rowFields, wellFormed: true },
);

test('duckdb: origins arrive as text, with half a surrogate pair replaced', async () => {
  const directory = tempDir();
  const exporter = new DuckDBExporter({ directory });
  const origins = ['zażółć 漢字 🦄', "'; DROP TABLE sums; --", '\0', '\ud800', ''];
  const rows = origins.map((origin) => testRow({ windowStart: 0, origin }));
  await exporter.export(testPart({ instance: 'i', sequence: 1, sealedAt: 0, rows }), new AbortController().signal);
  const store = await openStore({ directory });
  expect(await store.all('SELECT origin FROM sums ORDER BY "row"')).toEqual(
    origins.map((origin) => ({ origin: origin.toWellFormed() })),
  );
  store.close();
  await exporter.close();
});

test('duckdb: many parts at once share merges, and the staging folder ends empty', async () => {
  const directory = tempDir();
  const exporter = new DuckDBExporter({ directory });
  const parts = Array.from({ length: 60 }, (_, i) =>
    testPart({ instance: 'i', sequence: i + 1, sealedAt: 0, rows: [testRow({ windowStart: 0 })] }),
  );
  const signal = new AbortController().signal;
  const outcomes = await Promise.all(parts.map((part) => exporter.export(part, signal)));
  expect(new Set(outcomes)).toEqual(new Set(['delivered']));
  await exporter.close();
  await exporter.close();
  expect(await readdir(join(directory, 'store.inbox'))).toEqual([]);
  const store = await openStore({ directory });
  expect(await store.all('SELECT count(*) AS n FROM sums')).toEqual([{ n: 60 }]);
  store.close();
});

test('duckdb: other content under a delivered id is refused for good, not delivered', async () => {
  const directory = tempDir();
  const exporter = new DuckDBExporter({ directory });
  const signal = new AbortController().signal;
  const part = (value: number) =>
    testPart({ instance: 'i', sequence: 1, sealedAt: 0, rows: [testRow({ windowStart: 0, value })] });
  await exporter.export(part(1), signal);
  await expect(exporter.export(part(2), signal)).rejects.toMatchObject({ name: 'PermanentError' });
  await exporter.close();
});
