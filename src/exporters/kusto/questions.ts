/** What the exporter asks the database: the schema's version, which parts are there, which blobs were refused. */
import { RetryableError } from '../../core/errors.ts';
import type { KustoClient, KustoResult } from '../../kusto/client.ts';
import { grantOf, type Role } from '../../kusto/grants.ts';
import { mappingEntries, sameMapping } from '../../kusto/mapping.ts';
import { HEADER_ROW, type KustoNames, SCHEMA_VERSION } from '../../kusto/names.ts';
import { isForbidden, type Place, redact } from './facts.ts';
import type { Forbidden, Refusal } from './protocol.ts';
import { applyCommand } from './reasons.ts';
import { reasonOf, remedyFor } from './remedy.ts';
import { missingRole, turnedAway } from './roles.ts';

/** Failures read at once. */
const REFUSALS_MAX = 10_000;
/** A service that has been told the time by another clock. */
const CLOCK_SLACK_MS = 10 * 60_000;
/** No part is older. */
const EVER = 0;

/**
 * Whether this release's rows fit the tables.
 * @returns a warning, if there is something to say
 * @throws RetryableError when the schema is missing, or of another version and without this release's mapping
 */
export async function checkSchema(client: KustoClient, names: KustoNames): Promise<string | undefined> {
  const version = first(await client.query(`${names.schema}()`), 'Version');
  if (typeof version !== 'number' || version < SCHEMA_VERSION) {
    throw new RetryableError(
      `Kusto: the schema of database '${client.database}' is version ${version}, older than this release's ${SCHEMA_VERSION}. Run, as database admin: ${applyCommand(placeOf(client, names))}. Parts wait meanwhile.`,
    );
  }
  if (version === SCHEMA_VERSION) {
    await checkMapping(client, names);
    return undefined;
  }
  // A newer schema keeps the mappings of older releases, so that they go on.
  const newer = `the schema of database '${client.database}' is version ${version}, newer than this release's ${SCHEMA_VERSION}`;
  const mapping = await mappingState(client, names);
  if (mapping !== 'missing')
    return `Kusto: ${newer}; its tables still take these rows. Update: npm i otel-attribution@latest`;
  throw new RetryableError(
    `Kusto: ${newer}, and has no mapping ${names.mapping} any more. Run: npm i otel-attribution@latest. Parts wait meanwhile.`,
  );
}

/** Whether this release's mapping is in the database as it should be: undefined where that cannot be asked. */
async function mappingState(
  client: KustoClient,
  names: KustoNames,
): Promise<'whole' | 'changed' | 'missing' | undefined> {
  try {
    const { columns, rows } = await client.command(`.show table ${names.raw} ingestion json mappings`);
    const at = (name: string): number => columns.findIndex((column) => column.name === name);
    const row = rows.find((one) => one[at('Name')] === names.mapping);
    return row === undefined
      ? 'missing'
      : sameMapping(asText(row[at('Mapping')]), mappingEntries)
        ? 'whole'
        : 'changed';
  } catch {
    return undefined;
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Rows would arrive without the columns that a changed mapping leaves out. @throws RetryableError when it was changed */
async function checkMapping(client: KustoClient, names: KustoNames): Promise<void> {
  if ((await mappingState(client, names)) !== 'changed') return;
  const remedy = mappingRemedy(client, names);
  throw new RetryableError(`Kusto: ${remedy} Parts wait meanwhile.`, { remedy });
}

const mappingRemedy = (client: KustoClient, names: KustoNames): string =>
  `The ingestion mapping ${names.mapping} in database '${client.database}' was changed: rows would lose columns. Run, as database admin: ${applyCommand(placeOf(client, names))}.`;

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
): Promise<string[] | Forbidden> {
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
    if (isForbidden(error)) return forbidden('Viewer', error, client, names);
    throw error;
  }
  const at = (name: string): number => result.columns.findIndex((column) => column.name === name);
  const [id, rows, expected] = [at('PartId'), at('Rows'), at('Expected')];
  return result.rows
    .filter((row) => typeof row[expected] === 'number' && row[rows] === row[expected] + 1)
    .map((row) => String(row[id]));
}

/** Whether `refusals` would be answered. Rejects as the client does. */
export async function maySeeFailures(client: KustoClient): Promise<void> {
  await client.command('.show ingestion failures | take 0');
}

/** Blobs are told apart by the source id in their name. Goes back from the service's own time: the clock of this host may be another. */
export async function refusals(
  client: KustoClient,
  names: KustoNames,
  sourceIds: readonly string[],
  forMs: number,
): Promise<Refusal[] | Forbidden> {
  const since = `ago(${Math.ceil((forMs + CLOCK_SLACK_MS) / 1_000)}s)`;
  const text = `.show ingestion failures | where Table == "${names.raw}" and FailedOn > ${since} | top ${REFUSALS_MAX} by FailedOn desc | order by FailedOn asc`;
  let result: KustoResult;
  try {
    result = await client.command(text);
  } catch (error) {
    if (isForbidden(error)) return forbidden('Monitor', error, client, names);
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
  const place = placeOf(client, names);
  const found = sourceIds.flatMap((sourceId) => {
    const row = rows.findLast((one) => one[own] === sourceId || String(one[path] ?? '').includes(sourceId));
    if (row === undefined) return [];
    const said = { code: String(row[code] ?? ''), message: redact(String(row[details] ?? '')) };
    return [{ sourceId, ...refusalOf(said, String(row[kind]).toLowerCase() === 'transient', place) }];
  });
  if (found.length === sourceIds.length || (await mappingState(client, names)) !== 'changed') return found;
  // No failure for the service: it takes rows in, and leaves out what would show that they are there.
  const known = new Set(found.map(({ sourceId }) => sourceId));
  const remedy = mappingRemedy(client, names);
  const unseen = sourceIds.filter((sourceId) => !known.has(sourceId));
  return [...found, ...unseen.map((sourceId) => ({ sourceId, details: '', transient: false, remedy }))];
}

/** @param transient what the service says of it; its codes are more to be relied on */
export function refusalOf(
  said: { readonly code: string; readonly message: string },
  transient: boolean,
  place: Place,
): Omit<Refusal, 'sourceId'> {
  const reason = reasonOf(said, 'ingestion');
  const remedy = remedyFor(said, 'ingestion', place);
  return {
    details: `${said.code}: ${said.message}`.replace(/^: |: $/, ''),
    transient: remedy === undefined && (reason === undefined ? transient : reason.again === 'at once'),
    remedy,
  };
}

function forbidden(role: Role, refusal: unknown, client: KustoClient, names: KustoNames): Forbidden {
  const place = placeOf(client, names);
  const whom = turnedAway(refusal);
  return {
    forbidden: missingRole(role, place, whom),
    brief: `this identity lacks the role ${role} on the database.`,
    grant: `Grant it, as database admin: ${grantOf(role, place, whom).kql}`,
  };
}

export const placeOf = ({ cluster, database }: KustoClient, { base }: KustoNames): Place => ({
  cluster,
  database,
  table: base,
});

function first({ columns, rows }: KustoResult, name: string): unknown {
  return rows[0]?.[columns.findIndex((column) => column.name === name)];
}
