/** Policies of tables and views: how long rows stay, how much of them is kept on fast disks, how ingestion batches. */
import type { KustoNames } from '../../../kusto/names.ts';
import type { ViewObject } from './views.ts';

export interface RetentionDays {
  /** Of rows as they arrived: what the view of rows could be made from again. */
  readonly raw: number;
  /** Of single rows, which `--as-of` and the edges of a range need: a month can be closed during the one after it. */
  readonly rows: number;
  readonly '5m': number;
  readonly '1h': number;
  /** On fast disks: rows and 5-minute sums of so many days. */
  readonly hot: number;
}

export const defaultRetention: RetentionDays = { raw: 7, rows: 62, '5m': 180, '1h': 1_100, hot: 31 };

/** Reports over a year should not wait for slow disks, and 1-hour sums are few. */
const HOT_1H_DAYS = 366;

export function hotDays(level: 'raw' | 'rows' | '5m' | '1h', retention: RetentionDays): number {
  return Math.min(retention[level], level === '1h' ? Math.max(HOT_1H_DAYS, retention.hot) : retention.hot);
}

export interface PolicyObject {
  readonly kind: 'policy';
  /** Such as `retention of AttributionRaw`. */
  readonly name: string;
  readonly commands: readonly string[];
  readonly on: 'table' | 'materialized-view';
  readonly entity: string;
  readonly policy: 'retention' | 'caching' | 'ingestionbatching' | 'streamingingestion';
  /** Values that the policy has when it is as we set it; timespans in days. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** Asked for in so many words: a policy that differs is set. Otherwise what someone chose stays, and only a missing one is set. */
  readonly asked: boolean;
  /** Flag of the command line that asks for it. */
  readonly flag?: string;
  /** What a database may refuse without harm, and why. */
  readonly optional?: string;
}

export function tablePolicies(names: KustoNames, asked: Partial<RetentionDays>): PolicyObject[] {
  const batching = { MaximumBatchingTimeSpan: '00:00:30', MaximumNumberOfItems: 500, MaximumRawDataSizeMB: 1024 };
  return [
    ...daysPolicies('table', names.raw, 'raw', asked),
    {
      kind: 'policy',
      name: `ingestionbatching of ${names.raw}`,
      on: 'table',
      entity: names.raw,
      policy: 'ingestionbatching',
      values: batching,
      asked: false,
      commands: [`.alter table ${names.raw} policy ingestionbatching '${JSON.stringify(batching)}'`],
    },
  ];
}

export function viewPolicies(view: ViewObject, asked: Partial<RetentionDays>): PolicyObject[] {
  return daysPolicies('materialized-view', view.name, view.level, asked);
}

export function streamingPolicy(names: KustoNames): PolicyObject {
  return {
    kind: 'policy',
    name: `streamingingestion of ${names.raw}`,
    on: 'table',
    entity: names.raw,
    policy: 'streamingingestion',
    values: { IsEnabled: true },
    asked: false,
    optional: "only the exporter's mode `streaming` needs it: az kusto cluster update --enable-streaming-ingest true",
    commands: [`.alter table ${names.raw} policy streamingingestion '{"IsEnabled": true}'`],
  };
}

function daysPolicies(
  on: PolicyObject['on'],
  entity: string,
  level: 'raw' | 'rows' | '5m' | '1h',
  asked: Partial<RetentionDays>,
): PolicyObject[] {
  const days = { ...defaultRetention, ...asked };
  const hot = hotDays(level, days);
  // The service advises to keep the source of views recoverable (14 days more); what is made from it can be made again.
  const recoverability = level === 'raw' ? 'enabled' : 'disabled';
  return [
    {
      kind: 'policy',
      name: `retention of ${entity}`,
      on,
      entity,
      policy: 'retention',
      values: { SoftDeletePeriod: `${days[level]}.00:00:00` },
      asked: asked[level] !== undefined,
      flag: `--retention-${level}-days`,
      commands: [
        `.alter-merge ${on} ${entity} policy retention softdelete = ${days[level]}d recoverability = ${recoverability}`,
      ],
    },
    {
      kind: 'policy',
      name: `caching of ${entity}`,
      on,
      entity,
      policy: 'caching',
      values: { DataHotSpan: `${hot}.00:00:00` },
      asked: asked.hot !== undefined,
      flag: '--hot-days',
      commands: [`.alter ${on} ${entity} policy caching hot = ${hot}d`],
    },
  ];
}
