/** What docs/part-format.md says of parts is what the code does. `UPDATE=1` writes the table of columns anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { PART_VERSION } from '../../src/core/part-columns.ts';
import { type RowColumn, sumLane } from '../../src/core/row.ts';
import { columnTypes, laneColumns } from '../../src/core/row-columns.ts';
import { ndjson } from '../../src/exporters/kusto/ndjson.ts';
import { decodePartSync, rowsOf } from '../../src/parts/part-codec.ts';
import { validateColumns } from '../../src/parts/part-validate.ts';
import { goldenFile, goldenRows } from '../golden/read.ts';

const file = path.resolve(import.meta.dirname, '../../docs/part-format.md');
const page = readFileSync(file, 'utf8');
const golden = decodePartSync(goldenFile(PART_VERSION));

/** The golden file of this version was written before parts said when their run began. */
const fields = [...Object.keys(golden), 'startedAt'];

function inPart({ json, place, type, atLeast, nullable }: RowColumn): string {
  if (place === 'position') return 'by position';
  const value = type === 'string' ? (place === 'row' ? 'index' : 'string') : type === 'real' ? 'number' : 'integer';
  const least = atLeast === undefined ? '' : ` ≥ ${atLeast}`;
  return `\`${json}${place === 'row' ? '[]' : ''}\`: ${value}${least}${nullable ? ' or null' : ''}`;
}

function unitOf({ unit = '' }: RowColumn): string {
  return unit === 'row' ? 'that of the row' : unit;
}

function table(): string {
  const lines = sumLane.map((column) => {
    const { kusto, sql } = columnTypes[column.type];
    const names = [`\`${column.kusto}\` ${kusto}`, `\`${column.sql}\` ${sql}`, inPart(column)];
    return `| ${[...names, unitOf(column), column.merge, column.meaning].join(' | ')} |`;
  });
  return ['| Kusto | SQL | in a part | unit | merged | meaning |', '|---|---|---|---|---|---|', ...lines].join('\n');
}

/** First cells of the table that follows a heading or a sentence. */
function cellsAfter(text: string): string[][] {
  const rows = page
    .slice(page.indexOf(text))
    .match(/(?:^\|.*\n)+/m)![0]
    .trim()
    .split('\n')
    .slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('lists every column', () => {
  const marked = /(<!-- columns -->\n)([\s\S]*?)(<!-- \/columns -->)/;
  if (process.env.UPDATE === '1')
    writeFileSync(
      file,
      page.replace(marked, (_, open, __, close) => `${open}${table()}\n${close}`),
    );
  expect(marked.exec(readFileSync(file, 'utf8'))?.[2]?.trim()).toBe(table());
});

it('lists every field of a part', () => {
  const rows = sumLane.filter(({ place }) => place === 'row').map(({ json }) => json as string);
  const whole = fields.filter((field) => !rows.includes(field));
  expect(
    cellsAfter('Of the part as a whole:')
      .map(([name]) => name)
      .sort(),
  ).toEqual(whole.map((field) => `\`${field}\``).sort());
});

it('shows a part that is valid', () => {
  const [, example] = /```json\n([\s\S]*?)```/.exec(page)!;
  const columns = validateColumns(JSON.parse(example!), 'the example');
  expect(Object.keys(columns).sort()).toEqual([...fields].sort());
  expect([...rowsOf(columns)].map(({ origin, value, max }) => [origin, value, max])).toEqual([
    ['GET /search', 2.9, 0.3],
    ['GET /cart', 60, null],
  ]);
});

it('says what readers check, and what binds writers alone', () => {
  const read = (change: object) => () => validateColumns({ ...golden, ...change }, 'a part');
  const per = <T>(value: T): T[] => Array<T>(golden.n).fill(value);
  const rows = (n: number) =>
    sumLane.filter(({ place }) => place === 'row').map(({ json }) => [json, Array(n).fill(0)]);
  const long = golden.strs.map((text) => text.padEnd(limits.nameChars + 1));
  const many = limits.partRows + 1;
  for (const taken of [
    { sealedAt: 1.5, wsec: 0.5 },
    { final: false },
    { final: undefined },
    { startedAt: 1.5 },
    { startedAt: undefined },
    { strs: long },
    { n: many, ...Object.fromEntries(rows(many)) },
  ])
    expect(read(taken)).not.toThrow();
  for (const refused of [
    { lane: undefined },
    { part: 'x-1' },
    { final: 1 },
    { wsec: 0 },
    { startedAt: null },
    { n: -1 },
    { n: golden.n + 1 },
    { origin: per(golden.strs.length) },
    { ws: per(0.5) },
    { value: per(null) },
    { value: per(Number.POSITIVE_INFINITY) },
    ...sumLane.flatMap(({ json, atLeast }) => (atLeast === undefined ? [] : [{ [json]: per(atLeast - 1) }])),
  ])
    expect(read(refused)).toThrow(expect.objectContaining({ code: 'ATTR_PART_CORRUPT' }));
});

it('says versions, lanes and limits', () => {
  expect(cellsAfter('## Versions and lanes').map(([version]) => Number(version))).toEqual(
    Array.from({ length: PART_VERSION }, (_, i) => i + 1),
  );
  for (const lane of Object.keys(laneColumns)) expect(page).toContain(`This release knows \`${lane}\``);
  const said = Object.fromEntries(cellsAfter('## Limits'));
  expect(said).toMatchObject({
    'rows of a part': limits.partRows.toLocaleString('en'),
    'JSON of a part as written': `${limits.partBytes / 1024 / 1024} MiB`,
    'an origin, target, event, unit or attribute value': `${limits.nameChars} characters`,
    'attributes of a row': String(limits.rowAttributes),
  });
});

it('says what the header row holds', () => {
  const header: Record<string, unknown> = JSON.parse(ndjson(golden).toString().trimEnd().split('\n').at(-1)!);
  const cells = cellsAfter('## In Kusto').map(([columns, text]) => ({
    columns: [...columns!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
    text: text!,
  }));
  expect([...cells.flatMap(({ columns }) => columns), 'Row'].sort()).toEqual(Object.keys(header).sort());
  const named = cells.find(({ columns }) => columns.includes('Target'))!;
  expect(named.text).toBe(named.columns.map((column) => `\`${header[column]}\``).join(', '));
  const attributes = cells.find(({ columns }) => columns.includes('Attributes'))!.text;
  expect([...attributes.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(
    Object.keys(JSON.parse(header.Attributes as string)),
  );
  expect([header.Row, header.Value, header.Count, header.Samples]).toEqual([-1, goldenRows().length, 0, 0]);
});
