/**
 * What the exporter, the schema, the reports and the dashboards agree on about a Kusto database: names and columns.
 * All names begin with one base name, so that several books can live in one database.
 */
import type { KqlType } from '../core/contracts/store.ts';
import { AttributionError } from '../core/errors.ts';
import { columnsMerged, sumLane } from '../core/row.ts';
import { type ColumnDefinition, columnTypes, laneColumns, type MergeRule } from '../core/row-columns.ts';

/** Version of tables, views and functions. Rises with any change that an exporter or a report would notice. */
export const SCHEMA_VERSION = 1;

/** `Row` of the row that heads each part: it carries what is true of the part as a whole (see `headerAttributes`). */
export const HEADER_ROW = -1;
/** Event of that row; its target is `otel-attribution`, its unit `{row}`, its value the number of rows that follow. */
export const HEADER_EVENT = 'attribution.part';

export type KustoType = KqlType;

export interface KustoColumn {
  readonly name: string;
  readonly type: KustoType;
}

const kustoColumn = ({ kusto, type }: ColumnDefinition): KustoColumn => ({
  name: kusto,
  type: columnTypes[type].kusto,
});

const merged = (...rules: readonly MergeRule[]): KustoColumn[] => columnsMerged(...rules).map(kustoColumn);

/** Columns of the raw table and of the view of rows, in order. `Attributes` is text: a dynamic value cannot be a group key. */
export const rowColumns: readonly KustoColumn[] = sumLane.map(kustoColumn);

/** Group keys of the rollups besides the time. */
export const keyColumns = merged('key');

/** What a rollup has of the numbers: `SampledMax` is `Max` where a trace was sampled, else -inf. */
const measuredColumns: readonly KustoColumn[] = [
  ...merged('sum', 'min', 'max'),
  { name: 'SampledMax', type: 'real' },
  ...merged('exemplar'),
];

/** Columns of the function `sums`; header rows are not in them. `WindowSeconds` is the widest window in the sum. */
export const sumColumns: readonly KustoColumn[] = [...merged('bin', 'widest'), ...keyColumns, ...measuredColumns];

/** The same of the views, which put their keys first. */
export const rollupColumns: readonly KustoColumn[] = [
  ...merged('bin'),
  ...keyColumns,
  ...merged('widest'),
  ...measuredColumns,
];

/** Columns of the function `parts`: one row per part, from its header row. */
export const partColumns: readonly KustoColumn[] = [
  kustoColumn(laneColumns.sum.partId),
  { name: 'Instance', type: 'string' },
  { name: 'Sequence', type: 'long' },
  kustoColumn(laneColumns.sum.sealedAt),
  kustoColumn(laneColumns.sum.windowSeconds),
  { name: 'Rows', type: 'long' },
  { name: 'Final', type: 'bool' },
  { name: 'Package', type: 'string' },
  { name: 'Mapping', type: 'string' },
  { name: 'Services', type: 'dynamic' },
];

/** What the header row of a part says in `Attributes`, as canonical JSON. */
export interface HeaderAttributes {
  readonly final: boolean;
  readonly instance: string;
  readonly mapping: string;
  readonly package: string;
  readonly sequence: number;
  /** Sorted. */
  readonly services: readonly string[];
  /** When the instance began to record, in milliseconds since the Unix epoch. */
  readonly started: number;
}

export interface KustoNames {
  readonly base: string;
  /** Table that is ingested into; a part may be in it more than once. */
  readonly raw: string;
  /** View that shows each row once, header rows included. */
  readonly rows: string;
  /** Ingestion mapping of the raw table. */
  readonly mapping: string;
  /** Views of this release; `rollup5m` and `rollup1h` are the functions that union all generations. */
  readonly rollup5mView: string;
  readonly rollup1hView: string;
  readonly rollup5m: string;
  readonly rollup1h: string;
  /** Function `()`: the same as `rollup1h`, as far as the views have taken up what arrived. */
  readonly rollup1hTaken: string;
  /**
   * Function `(_from:datetime, _to:datetime, _grain:timespan, _asOf:datetime, _settled:datetime)` → `sumColumns`: what began in [_from,
   * _to), from the coarsest rollup up to `_grain` with rows at the edges. With `_asOf`, rows sealed until then only, whatever the grain.
   * Hours before `_settled` are as the view has taken them up.
   */
  readonly sums: string;
  /** Function `()`: one row per part. */
  readonly parts: string;
  /** Function `()`: one row with `Version` and `Package`. */
  readonly schema: string;
  /** Name of the stored function of a report: `AttributionPerRequest`. */
  report(name: string): string;
}

export const DEFAULT_BASE = 'Attribution';

/**
 * The SDK writes table names into URLs as they are, and KQL would need brackets around odd ones: so only plain names.
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export function kustoNames(base: string = DEFAULT_BASE): KustoNames {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(base)) {
    throw new AttributionError(
      'ATTR_CONFIG_INVALID',
      `The Kusto table name ${JSON.stringify(base.slice(0, 120))} cannot be used: it must begin with a letter and hold only letters, digits and _, at most 100. Set \`table\` (or --table), such as ${DEFAULT_BASE}.`,
    );
  }
  return {
    base,
    raw: `${base}Raw`,
    rows: `${base}Rows`,
    mapping: `${base}_v${SCHEMA_VERSION}`,
    rollup5mView: `${base}5m_v${SCHEMA_VERSION}`,
    rollup1hView: `${base}1h_v${SCHEMA_VERSION}`,
    rollup5m: `${base}5m`,
    rollup1h: `${base}1h`,
    rollup1hTaken: `${base}1hTaken`,
    sums: `${base}Sums`,
    parts: `${base}Parts`,
    schema: `${base}Schema`,
    report: (name) => base + name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
  };
}
