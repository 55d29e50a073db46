import { ndjson } from '../../../../src/exporters/kusto/ndjson.ts';
import { HEADER_ROW, rowColumns } from '../../../../src/kusto/names.ts';
import { columnsOf, type TestPart } from '../../../helpers/parts.ts';
import type { RawValue } from '../../raw-row.ts';
import { rawRows } from './raw-rows.ts';

/** What the exporter sends of a part, read back as ingestion does: values by the name of their column, in its type. */
export function serializedRows(part: TestPart): RawValue[][] {
  const lines = ndjson(columnsOf(part)).toString().trimEnd().split('\n');
  return lines.map((line) => {
    const fields: Record<string, unknown> = JSON.parse(line);
    const strange = Object.keys(fields).filter((name) => !rowColumns.some((column) => column.name === name));
    if (strange.length > 0) throw new Error(`the table has no column ${strange}`);
    return rowColumns.map(({ name, type }) => {
      const value = fields[name] as RawValue;
      if (value === undefined) throw new Error(`${name} is missing`);
      return type === 'datetime' ? Date.parse(String(value)) : value;
    });
  });
}

/** How the exporter's lines differ from the rows that parity is proved on; '' when they do not. */
export function serializedDifference(part: TestPart): string {
  const row = rowColumns.findIndex(({ name }) => name === 'Row');
  const byRow = (rows: RawValue[][]): string[] =>
    rows.toSorted((a, b) => Number(a[row]) - Number(b[row])).map((fields) => JSON.stringify(fields));
  const expected = byRow(rawRows([{ part, rows: [HEADER_ROW, ...part.rows.keys()] }]));
  const sent = byRow(serializedRows(part));
  const at = expected.findIndex((line, i) => line !== sent[i]);
  if (at < 0 && sent.length === expected.length) return '';
  return `${part.instance}-${part.sequence}: the exporter sends ${sent[Math.max(at, 0)]}, expected ${expected[Math.max(at, 0)]}`;
}
