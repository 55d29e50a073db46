/** Whether the table can hold a part: what the service would cut or turn into null without a word is refused, by its name. */
import { PermanentError } from '../../core/errors.ts';
import { isRowCell, type PartColumns } from '../../core/part-columns.ts';
import { sumLane } from '../../core/row.ts';

const STRING_BYTES_MAX = 1024 * 1024;
const INT_MAX = 2 ** 31 - 1;
/** Years 1 to 9999. */
const TIME_MIN = -62_135_596_800_000;
const TIME_MAX = 253_402_300_799_999;

const cells = sumLane.filter(isRowCell);

/** Start of the window in which a part was sealed: that of its header row. */
export function headerStart({ sealedAt, wsec }: PartColumns): number {
  const width = wsec * 1_000;
  return Math.floor(sealedAt / width) * width;
}

/** @throws PermanentError which row, which column */
export function assertFits(columns: PartColumns): void {
  const long = new Set<number>();
  for (const [at, text] of columns.strs.entries()) if (isTooLong(text)) long.add(at);
  if (!Number.isInteger(columns.wsec) || columns.wsec > INT_MAX)
    throw refused(columns, 'the width of its windows', `${columns.wsec} s is no whole number of seconds`);
  for (const ms of [columns.sealedAt, headerStart(columns)])
    if (!isTime(ms)) throw refused(columns, 'SealedAt', notATime(ms));
  for (const { json, kusto, type } of cells) {
    const values = columns[json] as readonly number[];
    if (type === 'string' && long.size > 0) {
      const row = values.findIndex((at) => long.has(at));
      if (row !== -1)
        throw refused(
          columns,
          `row ${row}, column ${kusto}`,
          'a string longer than 1 MiB, which the service would cut',
        );
    }
    if (type === 'time') {
      const row = values.findIndex((ms) => !isTime(ms));
      if (row !== -1) throw refused(columns, `row ${row}, column ${kusto}`, notATime(values[row]!));
    }
    if (type === 'long') {
      const row = values.findIndex((value) => value >= 2 ** 63);
      if (row !== -1) throw refused(columns, `row ${row}, column ${kusto}`, `${values[row]} is no 64-bit integer`);
    }
  }
}

export function isTooLong(text: string): boolean {
  return text.length > STRING_BYTES_MAX / 3 && Buffer.byteLength(text) > STRING_BYTES_MAX;
}

const isTime = (ms: number): boolean => ms >= TIME_MIN && ms <= TIME_MAX;

const notATime = (ms: number): string => `${ms} ms is no time of the years 1 to 9999`;

export function refused(columns: PartColumns, where: string, what: string): PermanentError {
  return new PermanentError(`Part ${columns.part} does not fit the table: ${where}: ${what}.`);
}
