/** Results as the engine writes them: version 1 (`Tables`, commands) and version 2 (frames, queries). */
import {
  type Column,
  type ColumnType,
  type ResultTable,
  type Row,
  systemType,
  timespanText,
  type Value,
} from './values.ts';

type Shape = 'command' | 'query 1' | 'query 2';

/** What JSON text a value has on the wire; the text, because a long beyond 2^53 is a plain number there. */
function valueText(value: Value, type: ColumnType, shape: Shape): string {
  if (value === null) return type === 'string' ? '""' : 'null';
  switch (type) {
    case 'datetime':
      return JSON.stringify(datetimeText(value as number));
    case 'timespan':
      return JSON.stringify(timespanText(value as number));
    case 'dynamic':
      // A string of JSON text, as the real service sends it; a dynamic that is a string stays as it is.
      return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));
    case 'bool':
      return shape === 'query 1' ? (value === true ? '1' : '0') : String(value);
    case 'real':
      return Number.isFinite(value) ? numberText(value as number) : JSON.stringify(nonFiniteText(value as number));
    case 'decimal':
      return JSON.stringify(String(value));
    case 'long':
    case 'int':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}

/** Seven digits of a second, as .NET writes them. */
export function datetimeText(ms: number): string {
  const text = new Date(ms).toISOString();
  const fraction = text.slice(20, 23);
  return fraction === '000' ? `${text.slice(0, 19)}Z` : `${text.slice(0, 23)}0000Z`;
}

function numberText(value: number): string {
  // .NET writes a whole double with a fraction, and keeps the sign of zero.
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : JSON.stringify(value);
}

function nonFiniteText(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function rowsText(table: ResultTable, shape: Shape): string {
  const { columns } = table;
  const rowText = (row: Row) => `[${columns.map(({ type }, i) => valueText(row[i] ?? null, type, shape)).join(',')}]`;
  return `[${table.rows.map(rowText).join(',\n')}]`;
}

function columnsText(columns: readonly Column[], shape: Shape): string {
  return JSON.stringify(
    columns.map(({ name, type }) =>
      shape === 'query 2'
        ? { ColumnName: name, ColumnType: type }
        : { ColumnName: name, DataType: dataType(type, shape), ColumnType: type },
    ),
  );
}

function dataType(type: ColumnType, shape: Shape): string {
  return type === 'bool' && shape === 'command' ? 'Boolean' : systemType(type).slice('System.'.length);
}

/** `POST /v1/rest/mgmt`: one table. */
export function commandText(result: ResultTable): string {
  return `{"Tables":[${tableText('Table_0', result, 'command')}]}`;
}

/** `POST /v1/rest/query`: the result, its properties, its status, and the table of contents. */
export function queryV1Text(result: ResultTable): string {
  const properties = table('Value:string', [['{"Visualization":null}']]);
  const status = table(
    'Timestamp:datetime, Severity:int, SeverityName:string, StatusCode:int, StatusDescription:string',
    [[0, 4, 'Info', 0, 'Query completed successfully']],
  );
  const contents = table('Ordinal:long, Kind:string, Name:string, Id:string, PrettyName:string', [
    [0, 'QueryResult', 'PrimaryResult', '00000000-0000-4000-8000-000000000000', ''],
    [1, 'QueryProperties', '@ExtendedProperties', '00000000-0000-4000-8000-000000000001', ''],
    [2, 'QueryStatus', 'QueryStatus', '00000000-0000-0000-0000-000000000000', ''],
  ]);
  const tables = [result, properties, status, contents].map((each, i) => tableText(`Table_${i}`, each, 'query 1'));
  return `{"Tables":[${tables.join(',')}]}`;
}

function table(columns: string, rows: Row[]): ResultTable {
  return {
    columns: columns.split(', ').map((text) => ({ name: text.split(':')[0]!, type: text.split(':')[1] as ColumnType })),
    rows,
  };
}

function tableText(name: string, result: ResultTable, shape: Shape): string {
  return `{"TableName":${JSON.stringify(name)},"Columns":${columnsText(result.columns, shape)},"Rows":${rowsText(result, shape)}}`;
}

/** `POST /v2/rest/query`, not progressive. */
export function queryV2Text(result: ResultTable, clientRequestId: string): string {
  const properties = table('TableId:int, Key:string, Value:dynamic', [[1, 'Visualization', '{"Visualization":null}']]);
  const completion = table(
    'Timestamp:datetime, ClientRequestId:string, ActivityId:guid, SubActivityId:guid, ParentActivityId:guid, Level:int, LevelName:string, StatusCode:int, StatusCodeName:string, EventType:int, EventTypeName:string, Payload:string',
    [
      [
        0,
        clientRequestId,
        '00000000-0000-4000-8000-000000000000',
        '00000000-0000-4000-8000-000000000000',
        '00000000-0000-4000-8000-000000000000',
        4,
        'Info',
        0,
        'S_OK (0)',
        4,
        'QueryInfo',
        '{"Count":1,"Text":"Query completed successfully"}',
      ],
    ],
  );
  return [
    '[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"}',
    frameText(0, 'QueryProperties', '@ExtendedProperties', properties),
    frameText(1, 'PrimaryResult', 'PrimaryResult', result),
    frameText(2, 'QueryCompletionInformation', 'QueryCompletionInformation', completion),
    '{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]',
  ].join(',');
}

function frameText(id: number, kind: string, name: string, result: ResultTable): string {
  return `{"FrameType":"DataTable","TableId":${id},"TableKind":"${kind}","TableName":"${name}","Columns":${columnsText(result.columns, 'query 2')},"Rows":${rowsText(result, 'query 2')}}`;
}
