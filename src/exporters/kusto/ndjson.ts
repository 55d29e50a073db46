/**
 * A part as the lines of JSON that the ingestion mapping reads: property names are column names, datetimes ISO with milliseconds, doubles
 * in JavaScript's shortest form, which reads back as the same double. Row -1, the header, comes last: where a part travels in pieces it has
 * arrived only with the last one.
 */
import { ACCOUNTS_TARGET } from '../../core/model.ts';
import { isPartCell, isRowCell, type PartColumns, type RowCell, type RowCells } from '../../core/part-columns.ts';
import { sumLane } from '../../core/row.ts';
import { HEADER_EVENT, HEADER_ROW, type HeaderAttributes } from '../../kusto/names.ts';
import { startOf } from '../../parts/part-codec.ts';
import { assertFits, headerStart, isTooLong, refused } from './fits.ts';

/** What one part may become; far above what a part of this release can. */
const PART_CHARS_MAX = 256 * 1024 * 1024;
/** Characters collected before they become bytes. */
const FLUSH_CHARS = 1024 * 1024;
/** Rows whose lines grow together, a column at a time. */
const BLOCK_ROWS = 256;

const cells = sumLane.filter(isRowCell);

/** What the lines of a part are made from, each text once. */
interface Texts {
  readonly columns: PartColumns;
  /** `strs` as JSON. */
  readonly strs: readonly string[];
  readonly time: (ms: number) => string;
}

/** @throws PermanentError for what the table cannot hold: which row, which column */
export function ndjson(columns: PartColumns): Buffer {
  assertFits(columns);
  const texts: Texts = { columns, strs: columns.strs.map(string), time: isoTimes() };
  const head = headText(texts);
  const pieces: Buffer[] = [];
  let text = '';
  let chars = 0;
  for (let from = 0; from < columns.n; from += BLOCK_ROWS) {
    const lines: string[] = [];
    for (let row = from; row < Math.min(from + BLOCK_ROWS, columns.n); row++) lines.push(head + row);
    for (const column of cells) append(lines, column, from, texts);
    for (const line of lines) text += `${line}}\n`;
    if (text.length < FLUSH_CHARS) continue;
    chars += text.length;
    if (chars > PART_CHARS_MAX) throw refused(columns, 'it', `more than ${PART_CHARS_MAX} characters as JSON`);
    pieces.push(Buffer.from(text));
    text = '';
  }
  pieces.push(Buffer.from(text + headerLine(texts, head)));
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** The values of one column, from row `from` on. A loop for each type sees one kind of value, as fast as columns written out by hand. */
function append(lines: string[], { json, kusto, type }: RowCell, from: number, { columns, strs, time }: Texts): void {
  const name = `,"${kusto}":`;
  const values = columns[json] as readonly number[];
  if (type === 'string') for (let i = 0; i < lines.length; i++) lines[i] += name + strs[values[from + i]!]!;
  else if (type === 'time') for (let i = 0; i < lines.length; i++) lines[i] += name + time(values[from + i]!);
  else if (type === 'real') for (let i = 0; i < lines.length; i++) lines[i] += name + double(values[from + i]!);
  else for (let i = 0; i < lines.length; i++) lines[i] += name + values[from + i]!;
}

/** What all lines of a part begin with: the columns that it says once, and the name of the next. */
function headText({ columns, time }: Texts): string {
  const fields = { part: string(columns.part), sealedAt: time(columns.sealedAt), wsec: String(columns.wsec) };
  const shared = sumLane.filter(isPartCell).map(({ json, kusto }) => `"${kusto}":${fields[json]}`);
  return `{${shared.join(',')},"Row":`;
}

/** The row that heads a part: what is true of it as a whole. */
function headerLine({ columns, time }: Texts, head: string): string {
  const services = [...new Set(columns.service)].map((at) => columns.strs[at]!.toWellFormed()).sort();
  const about: HeaderAttributes = {
    final: columns.final === true,
    instance: columns.instance,
    mapping: columns.mapping,
    package: columns.package,
    sequence: Number(columns.part.slice(columns.instance.length + 1)),
    services: [...new Set(services)],
    started: startOf(columns),
  };
  const attributes = JSON.stringify(about);
  if (isTooLong(attributes))
    throw refused(columns, 'its header', 'the names of its services are longer than 1 MiB together');
  const fields: Readonly<Record<keyof RowCells, string>> = {
    ws: time(headerStart(columns)),
    service: '""',
    originService: '""',
    origin: '""',
    target: string(ACCOUNTS_TARGET),
    event: string(HEADER_EVENT),
    unit: string('{row}'),
    value: String(columns.n),
    count: '0',
    samples: '0',
    min: 'null',
    max: 'null',
    exemplar: '""',
    attributes: string(attributes),
  };
  return `${head}${HEADER_ROW}${cells.map(({ json, kusto }) => `,"${kusto}":${fields[json]}`).join('')}}\n`;
}

/** A rotation has few windows and many rows: each time is written once. */
function isoTimes(): (ms: number) => string {
  const known = new Map<number, string>();
  return (ms) => {
    let text = known.get(ms);
    if (text === undefined) known.set(ms, (text = JSON.stringify(new Date(ms))));
    return text;
  };
}

const string = (text: string): string => JSON.stringify(text.toWellFormed());

function double(value: number | null): string {
  return value === 0 && Object.is(value, -0) ? '-0.0' : String(value);
}
