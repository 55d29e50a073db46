/** The columns of an answer, said once per report beside the type of its rows. The compiler compares the two. */

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** UCUM; `row` means the unit is in the row's own column `unit`; '' means a pure number or text. */
  readonly unit: string;
  readonly nullable?: true;
}

export type ColumnType = 'string' | 'number' | 'integer' | 'time' | 'boolean';

/** The rows of one report are a `type`: an interface could not be read by the name of a column. */
export type ReportRow = Readonly<Record<string, unknown>>;

/** One column for each property of a row, in the order of the answer. One too few, too many or of another type does not compile. */
export type Columns<R extends ReportRow> = {
  readonly [Name in keyof R]-?: { readonly type: TypeOf<NonNullable<R[Name]>>; readonly unit: string } & Nulls<R[Name]>;
};

/** Of rows that are not known (`unknown`), columns may be anything. */
type Nulls<T> = unknown extends T
  ? { readonly nullable?: true }
  : null extends T
    ? { readonly nullable: true }
    : { readonly nullable?: never };

type TypeOf<T> = T extends string
  ? 'string'
  : T extends boolean
    ? 'boolean'
    : T extends number
      ? 'number' | 'integer' | 'time'
      : ColumnType;

export const columnsOf = <R extends ReportRow>(columns: Columns<R>): Column[] =>
  Object.entries<Omit<Column, 'name'>>(columns).map(([name, column]) => ({ name, ...column }));

export const text = { type: 'string', unit: '' } as const;
export const flag = { type: 'boolean', unit: '' } as const;
/** Milliseconds since the Unix epoch. */
export const time = { type: 'time', unit: 'ms' } as const;
export const number = (unit: string) => ({ type: 'number', unit }) as const;
export const integer = (unit: string) => ({ type: 'integer', unit }) as const;
export const nullable = <C extends object>(column: C) => ({ ...column, nullable: true }) as const;
