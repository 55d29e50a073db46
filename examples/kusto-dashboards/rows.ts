/** What Kusto counts of this run: the rows of the view that shows each row once. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../src/core/row.ts';
import { openKusto } from '../../src/exporters/kusto/index.ts';
import { parseKustoAuth } from '../../src/exporters/kusto/options.ts';
import { kustoNames } from '../../src/kusto/names.ts';
import type { Target } from './command.ts';

/** Rows of all parts in `directory`'s spool and of those confirmed before, once every part is there; rejects after `timeoutMs`. */
export async function arrivedRows(target: Target, directory: string, since: number, timeoutMs: number): Promise<Row[]> {
  const client = await openKusto({ ...target, auth: parseKustoAuth(target.auth) });
  const names = kustoNames();
  // A part that was handed over stays in the spool until somebody has asked: here that is us.
  const spooled = (await readdir(join(directory, 'kusto')).catch(() => []))
    .filter((name) => name.endsWith('.json.zst'))
    .map((name) => name.replace(/(\.(sent|handed)-\d+)?\.json\.zst$/, ''));
  try {
    for (const until = Date.now() + timeoutMs; ; await sleep(500)) {
      const { rows } = await client.query(
        `${names.rows} | where SealedAt >= Since | project PartId, Row, Service, OriginService, Origin, Event, Count, Attributes`,
        { Since: { type: 'datetime', value: since } },
      );
      const found = rows.map(
        ([partId, row, service, originService, origin, event, count, attributes]) =>
          ({ partId, row, service, originService, origin, event, count, attributes }) as unknown as Row,
      );
      const there = new Set(found.map(({ partId }) => partId));
      if (found.length > 0 && spooled.every((id) => there.has(id))) return found.filter(({ row }) => row >= 0);
      if (Date.now() > until)
        throw new Error(`${spooled.filter((id) => !there.has(id)).length} parts have not arrived`);
    }
  } finally {
    await client.close();
  }
}
