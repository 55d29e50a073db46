/** What an answer says of attributes that it lacks. */
import { expect, test } from 'vitest';
import { load } from '../../../src/reports/load/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const t0 = Date.UTC(2026, 10, 22, 14);

test('an attribute is not denied because thirty others come before it', async () => {
  const directory = tempDir();
  const others = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a${100 + i}`, 'x']));
  const row = testRow({ windowStart: t0, attributes: JSON.stringify({ ...others, tenant: 'acme' }) });
  writePart(directory, { rows: [row], instance: 'a', sequence: 1, final: true, sealedAt: t0 + 60_000 });
  const store = await openStore({ directory });
  try {
    await store.merge();
    const notes = async (where: string) =>
      (await runReport(store, load, { since: '1h', tz: 'UTC', where }, { now: t0 + 90_000 })).notes.join('\n');
    const denied = 'No row of this range has the attribute';
    expect(await notes('attribute.tenant=acme')).toBe('');
    expect(await notes('attribute.tenant=nobody')).toContain('Nothing matches');
    expect(await notes('attribute.tenant=nobody')).not.toContain(denied);
    expect(await notes('attribute.tenent=acme')).toMatch(
      new RegExp(`${denied} "tenent"\\. Those it has: a100, .*, a119 and 11 more$`),
    );
  } finally {
    await store.close();
  }
});
