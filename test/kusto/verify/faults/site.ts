/** The service of many runs, and what all of them together must have left in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kustoNames } from '../../../../src/kusto/names.ts';
import { applySchema } from '../../schema/apply.ts';
import { type Azurite, type FakeKusto, startFakeKusto } from '../../service/index.ts';
import { Activity } from '../time/activity.ts';
import { DrivenThreads } from '../time/driven-thread.ts';
import { Driver } from '../time/driver.ts';
import { VirtualTime } from '../time/virtual-time.ts';

export const names = kustoNames();

/** A fake with its schema, a directory, and the time in which the service and the processes live. */
export interface Site {
  readonly fake: FakeKusto;
  readonly directory: string;
  readonly time: VirtualTime;
  readonly activity: Activity;
  readonly threads: DrivenThreads;
  readonly driver: Driver;
  close(): Promise<void>;
}

export async function openSite(azurite: Azurite): Promise<Site> {
  const time = new VirtualTime(Date.now());
  const fake = await startFakeKusto({ azurite, now: () => time.wall() });
  await applySchema((command) => fake.execute(command), names);
  const directory = await mkdtemp(path.join(tmpdir(), 'attribution-faults-'));
  const activity = new Activity();
  const threads = new DrivenThreads(time);
  return {
    fake,
    directory,
    time,
    activity,
    threads,
    driver: new Driver(time, fake, threads, activity),
    async close() {
      await fake.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface StoredRow {
  readonly partId: string;
  readonly row: number;
  readonly value: number | null;
}

/** What the reports count: the rows of the deduplicating view. */
export function countedRows(fake: FakeKusto, partIds: readonly string[]): StoredRow[] {
  const { columns, rows } = fake.execute(
    `declare query_parameters(PartIds:dynamic); ${names.rows} | where PartId in (PartIds) | project PartId, Row, Value`,
    { PartIds: `dynamic(${JSON.stringify(partIds)})` },
  );
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [partId, row, value] = [at('PartId'), at('Row'), at('Value')];
  return rows.map((cells) => ({
    partId: String(cells[partId]),
    row: Number(cells[row]),
    value: cells[value] as number | null,
  }));
}

/** Σ value and Σ count over all of time, by way of the rollups as the reports go. */
export function reportedTotals(fake: FakeKusto): { value: number; count: number } {
  const { rows } = fake.execute(
    `${names.sums}(datetime(2020-01-01 00:07), datetime(2030-01-01 00:07), 1h, datetime(null)) | summarize sum(Value), sum(Count)`,
  );
  return { value: Number(rows[0]![0]), count: Number(rows[0]![1]) };
}
