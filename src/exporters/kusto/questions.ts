/** What the exporter asks the database: the schema's version, which parts are there, which blobs were refused. */
import type { AttributionError } from '../../core/errors.ts';
import { RetryableError } from '../../core/errors.ts';
import type { KustoClient, KustoResult } from '../../kusto/client.ts';
import { HEADER_ROW, type KustoNames, SCHEMA_VERSION } from '../../kusto/names.ts';
import { factsOf, type Place, redact } from './facts.ts';
import type { Refusal } from './protocol.ts';
import { remedyFor } from './remedy.ts';

/** Failures read at once. */
const REFUSALS_MAX = 10_000;
/** A service that has been told the time by another clock. */
const CLOCK_SLACK_MS = 10 * 60_000;
/** No part is older. */
const EVER = 0;

/**
 * Whether this release's rows fit the tables. An identity that may only ingest cannot ask: then the first ingestion tells.
 * @returns a warning, if there is something to say
 * @throws RetryableError when the schema is missing, or of another version and without this release's mapping
 */
export async function checkSchema(client: KustoClient, names: KustoNames): Promise<string | undefined> {
  let version: unknown;
  try {
    version = first(await client.query(`${names.schema}()`), 'Version');
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
  const flags = `--cluster ${client.cluster} --database ${JSON.stringify(client.database)} --table ${names.base}`;
  if (typeof version !== 'number' || version < SCHEMA_VERSION) {
    throw new RetryableError(
      `Kusto: the schema of database '${client.database}' is version ${version}, older than this release's ${SCHEMA_VERSION}. Run: otel-attribution kusto schema --apply ${flags} (as database admin). Parts wait meanwhile.`,
    );
  }
  if (version === SCHEMA_VERSION) return undefined;
  // A newer schema keeps the mappings of older releases, so that they go on.
  const newer = `the schema of database '${client.database}' is version ${version}, newer than this release's ${SCHEMA_VERSION}`;
  if (await hasMapping(client, names))
    return `Kusto: ${newer}; its tables still take these rows. Update: npm i otel-attribution@latest`;
  throw new RetryableError(
    `Kusto: ${newer}, and has no mapping ${names.mapping} any more. Run: npm i otel-attribution@latest. Parts wait meanwhile.`,
  );
}

async function hasMapping(client: KustoClient, names: KustoNames): Promise<boolean> {
  try {
    const { columns, rows } = await client.command(`.show table ${names.raw} ingestion json mappings`);
    const name = columns.findIndex((column) => column.name === 'Name');
    return rows.some((row) => row[name] === names.mapping);
  } catch (error) {
    return isForbidden(error);
  }
}

/**
 * A part is there when all its rows and its header are, however often. The raw table answers fastest, and forgets after its retention: parts that
 * may be older (`from` is undefined: another process handed them over before it ended) are looked for in the view of rows, which would
 * count them again.
 */
export async function arrivedParts(
  client: KustoClient,
  names: KustoNames,
  partIds: readonly string[],
  from: number | undefined,
): Promise<string[] | 'forbidden'> {
  const text =
    `${from === undefined ? names.rows : names.raw}\n| where PartId in (PartIds) and SealedAt >= From\n` +
    `| summarize Rows = count_distinct(Row), Expected = maxif(Value, Row == ${HEADER_ROW}) by PartId`;
  let result: KustoResult;
  try {
    result = await client.query(text, {
      PartIds: { type: 'dynamic', value: partIds.map((id) => id.toWellFormed()) },
      From: { type: 'datetime', value: from === undefined ? EVER : from - CLOCK_SLACK_MS },
    });
  } catch (error) {
    if (isForbidden(error)) return 'forbidden';
    throw error;
  }
  const at = (name: string): number => result.columns.findIndex((column) => column.name === name);
  const [id, rows, expected] = [at('PartId'), at('Rows'), at('Expected')];
  return result.rows
    .filter((row) => typeof row[expected] === 'number' && row[rows] === row[expected] + 1)
    .map((row) => String(row[id]));
}

/** Blobs are told apart by the source id in their name. Goes back from the service's own time: the clock of this host may be another. */
export async function refusals(
  client: KustoClient,
  names: KustoNames,
  sourceIds: readonly string[],
  forMs: number,
): Promise<Refusal[] | 'forbidden'> {
  const since = `ago(${Math.ceil((forMs + CLOCK_SLACK_MS) / 1_000)}s)`;
  const text = `.show ingestion failures | where Table == "${names.raw}" and FailedOn > ${since} | take ${REFUSALS_MAX}`;
  let result: KustoResult;
  try {
    result = await client.command(text);
  } catch (error) {
    if (isForbidden(error)) return 'forbidden';
    throw error;
  }
  const { columns, rows } = result;
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [path, own, kind, details, code] = [
    'IngestionSourcePath',
    'IngestionSourceId',
    'FailureKind',
    'Details',
    'ErrorCode',
  ].map(at) as [number, number, number, number, number];
  const place: Place = { cluster: client.cluster, database: client.database, table: names.base };
  return sourceIds.flatMap((sourceId) => {
    const row = rows.findLast((one) => one[own] === sourceId || String(one[path] ?? '').includes(sourceId));
    if (row === undefined) return [];
    const reason = { code: String(row[code] ?? ''), message: redact(String(row[details] ?? '')) };
    return [
      {
        sourceId,
        details: [reason.code, reason.message].filter((text) => text !== '').join(': '),
        transient: String(row[kind]).toLowerCase() === 'transient',
        remedy: remedyFor(reason, 'ingestion', place),
      },
    ];
  });
}

/** `client` explains errors; what it explained is their cause. */
function isForbidden(error: unknown): boolean {
  const { status, code, message } = factsOf((error as AttributionError).cause ?? error);
  return status === 403 || /Forbidden|not authorized/i.test(`${code} ${message}`);
}

function first({ columns, rows }: KustoResult, name: string): unknown {
  return rows[0]?.[columns.findIndex((column) => column.name === name)];
}
