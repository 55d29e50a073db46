/** The service's answers, read from their raw form: the SDK's own reader shows errors among the rows as empty rows. */
import type { KustoResult } from '../../kusto/client.ts';
import type { KustoType } from '../../kusto/names.ts';

interface RawTable {
  readonly TableKind?: string;
  readonly Columns: readonly {
    readonly ColumnName: string;
    readonly ColumnType?: string;
    readonly DataType?: string;
  }[];
  readonly Rows: readonly unknown[];
}

/** An error within an answer that began as a success. */
export class AnswerError extends Error {
  readonly code: string | undefined;
  readonly permanent: boolean | undefined;

  constructor(message: string, code?: string, permanent?: boolean) {
    super(message);
    this.code = code;
    this.permanent = permanent;
  }
}

/** Version 2: a list of frames. @throws AnswerError */
export function queryResult(answer: unknown): KustoResult {
  if (!Array.isArray(answer)) throw errorIn(answer) ?? new AnswerError('the answer is not a list of frames');
  let primary: RawTable | undefined;
  for (const frame of answer as Record<string, unknown>[]) {
    if (frame.FrameType === 'DataSetCompletion' && frame.HasErrors === true)
      throw errorIn(frame) ?? new AnswerError('the query ended with an error');
    if (frame.FrameType === 'DataTable' && frame.TableKind === 'PrimaryResult')
      primary ??= frame as unknown as RawTable;
  }
  if (primary === undefined) throw new AnswerError('the answer has no result');
  return tableOf(primary);
}

/** Version 1: tables; from three on, the last says what the others are. @throws AnswerError */
export function commandResult(answer: unknown): KustoResult {
  const { Tables: tables } = (answer ?? {}) as { readonly Tables?: readonly RawTable[] };
  const first = tables?.[0];
  if (tables === undefined || first === undefined) throw errorIn(answer) ?? new AnswerError('the answer has no tables');
  if (tables.length < 3) return tableOf(first);
  const contents = tableOf(tables.at(-1)!);
  const kind = contents.columns.findIndex(({ name }) => name === 'Kind');
  const at = contents.rows.findIndex((row) => row[kind] === 'QueryResult' || row[kind] === 'PrimaryResult');
  return tableOf(tables[at === -1 ? 0 : at] ?? first);
}

function tableOf(table: RawTable): KustoResult {
  const columns = table.Columns.map(({ ColumnName, ColumnType, DataType }) => ({
    name: ColumnName,
    type: typeOf(ColumnType ?? DataType ?? 'string'),
  }));
  const rows = table.Rows.map((row) => {
    if (!Array.isArray(row)) throw errorIn(row) ?? new AnswerError('the answer holds a row that is none');
    return columns.map(({ type }, i) => cell(row[i], type));
  });
  return { columns, rows };
}

const types: Readonly<Record<string, KustoType>> = {
  string: 'string',
  guid: 'string',
  uuid: 'string',
  long: 'long',
  int64: 'long',
  int: 'int',
  int32: 'int',
  real: 'real',
  double: 'real',
  decimal: 'real',
  sqldecimal: 'real',
  datetime: 'datetime',
  date: 'datetime',
  bool: 'bool',
  boolean: 'bool',
  sbyte: 'bool',
  timespan: 'timespan',
  time: 'timespan',
  dynamic: 'dynamic',
  object: 'dynamic',
};

/** Commands name types as .NET does (`System.Int64`), queries as KQL does. */
function typeOf(name: string): KustoType {
  return types[name.replace(/^System\.(?:Data\.SqlTypes\.)?/, '').toLowerCase()] ?? 'string';
}

function cell(value: unknown, type: KustoType): unknown {
  if (value === null || value === undefined) return type === 'string' ? '' : null;
  switch (type) {
    case 'datetime':
      return typeof value === 'string' ? Date.parse(value) : value;
    case 'timespan':
      return typeof value === 'string' ? timespanMs(value) : value;
    case 'long':
    case 'int':
    case 'real':
      // Not a number and the infinities come as text.
      return typeof value === 'string' ? Number(value) : value;
    case 'bool':
      return typeof value === 'number' ? value !== 0 : value;
    case 'dynamic':
      return typeof value === 'string' ? parsed(value) : value;
    default:
      return typeof value === 'string' ? value : String(value);
  }
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `[-][d.]hh:mm:ss[.fffffff]` */
function timespanMs(text: string): number | null {
  const match = /^(-?)(?:(\d+)\.)?(\d+):(\d{2}):(\d{2})(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const [, sign, days = '0', hours, minutes, seconds, fraction = ''] = match;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const ms = whole * 1_000 + Number(fraction.padEnd(7, '0').slice(0, 7)) / 10_000;
  return sign === '-' ? -ms : ms;
}

/** `{error: …}`, `{OneApiErrors: [{error: …}]}` or `{Exceptions: [text]}`. */
function errorIn(value: unknown): AnswerError | undefined {
  const record = (value ?? {}) as Record<string, unknown>;
  const exceptions = record.Exceptions;
  if (Array.isArray(exceptions)) return new AnswerError(String(exceptions[0]));
  const listed = Array.isArray(record.OneApiErrors) ? (record.OneApiErrors[0] as Record<string, unknown>) : record;
  const error = listed?.error as Record<string, unknown> | undefined;
  if (error === undefined) return undefined;
  const { code, '@permanent': permanent } = error;
  return new AnswerError(
    String(error['@message'] ?? error.message ?? 'no reason given'),
    typeof code === 'string' ? code : undefined,
    typeof permanent === 'boolean' ? permanent : undefined,
  );
}
