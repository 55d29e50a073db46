import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Database } from './database.ts';
import { quote } from './schema.ts';

export interface ExportFileOptions {
  readonly file: string;
  readonly format: 'parquet' | 'csv';
  /** Windows from `from` (inclusive) to `to` (exclusive), milliseconds since the Unix epoch. Default: all. */
  readonly from?: number;
  readonly to?: number;
}

const formats = {
  parquet: 'FORMAT parquet, COMPRESSION zstd',
  csv: 'FORMAT csv, HEADER true',
} as const;

/** Writes whole rows, base values and units. The file appears under its name when it is complete. */
export async function exportFile(db: Database, options: ExportFileOptions): Promise<{ rows: number }> {
  const file = resolve(options.file);
  const partial = join(dirname(file), `.${basename(file)}.partial`);
  const params = { from: options.from ?? -62_135_596_800_000, to: options.to ?? 253_402_300_799_000 };
  await db.run('CREATE OR REPLACE TEMP TABLE exported AS SELECT $from::BIGINT AS a, $to::BIGINT AS b', params);
  try {
    await db.run(`COPY (
  SELECT sums.* FROM sums, (SELECT epoch_ms(a) AS a, epoch_ms(b) AS b FROM exported) AS span
  WHERE window_start >= span.a AND window_start < span.b ORDER BY window_start, part_id, "row"
) TO ${quote(partial)} (${formats[options.format]})`);
    const [counted] = await db.all<{ n: number }>(
      'SELECT count(*) AS n FROM sums WHERE window_start >= epoch_ms($from::BIGINT) AND window_start < epoch_ms($to::BIGINT)',
      params,
    );
    await rename(partial, file);
    return { rows: counted!.n };
  } finally {
    await rm(partial, { force: true });
    await db.run('DROP TABLE IF EXISTS exported');
  }
}
