/** The demo's questions, answered by the code behind the commands of `otel-attribution`. */
import { colours } from '../../src/cli/output.ts';
import { AttributionError } from '../../src/core/errors.ts';
import type { Row } from '../../src/core/model.ts';
import type { Store } from '../../src/exporters/duckdb/store.ts';
import { loadFromRows } from '../../src/reports/load/from-rows.ts';
import { type LoadRow, load } from '../../src/reports/load/report.ts';
import { loadTable } from '../../src/reports/load/table.ts';
import type { Report, ReportParameters, ReportResult } from '../../src/reports/report.ts';
import { runReport } from '../../src/reports/run.ts';

interface Question {
  /** What follows `otel-attribution`. */
  readonly command: string;
  readonly report: Report;
  readonly parameters: ReportParameters;
  readonly table: (result: ReportResult, now: number) => string;
}

const bold = colours().bold;

const loadBy = (command: string, parameters: ReportParameters): Question => ({
  command,
  report: load,
  parameters,
  table: (result, now) =>
    loadTable(result.rows as unknown as LoadRow[], { ...result, now, by: parameters.by ?? 'origin', title: bold }),
});

const QUESTIONS: readonly Question[] = [
  loadBy('load', {}),
  loadBy("load --by attribute.tenant --where 'target~postgresql*'", {
    by: 'attribute.tenant',
    where: 'target~postgresql*',
  }),
];

export interface Answers {
  readonly text: string;
  /** Rows of each report, by command. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
}

/** @param rows what the part files of `directory` hold: all there is to answer from when DuckDB is not installed. */
export async function answer(directory: string, rows: readonly Row[]): Promise<Answers> {
  let store: Store;
  try {
    const { openStore } = await import('../../src/exporters/duckdb/store.ts');
    store = await openStore({ directory });
  } catch (error) {
    if (!(error instanceof AttributionError && error.code === 'ATTR_PEER_MISSING')) throw error;
    return fromMemory(rows, error.message);
  }
  try {
    await store.merge();
    const texts: string[] = [];
    const byCommand: Record<string, readonly unknown[]> = {};
    for (const { command, report, parameters, table } of QUESTIONS) {
      const now = Date.now();
      const result = await runReport(store, report, parameters, { now });
      byCommand[command] = result.rows;
      texts.push(`$ otel-attribution ${command}\n\n${table(result, now)}\n`);
    }
    return { text: texts.join('\n'), rows: byCommand };
  } finally {
    store.close();
  }
}

function fromMemory(rows: readonly Row[], hint: string): Answers {
  const now = Date.now();
  const from = Math.min(...rows.map((row) => row.windowStart));
  const through = Math.max(...rows.map((row) => row.sealedAt));
  const result = loadFromRows(rows, from, through);
  const header = {
    ...result,
    dataThrough: through,
    tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now,
    title: bold,
  };
  return { text: `${loadTable(result.rows, header)}\n\nFor the other reports: ${hint}\n`, rows: { load: result.rows } };
}
