/** The real SDK on a fake, as the tests of the fake use it. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Client, KustoConnectionStringBuilder } from 'azure-kusto-data';
import {
  CompressionType,
  DataFormat,
  IngestClient,
  type IngestionProperties,
  StreamDescriptor,
  StreamingIngestClient,
} from 'azure-kusto-ingest';
import type { FakeKusto } from './index.ts';

export const DATABASE = 'Telemetry';

/** A small table with what parts need: a key of two columns, a time, a value. */
export const tableCommands: readonly string[] = [
  '.create-merge table Raw (PartId:string, Row:int, At:datetime, Value:real, Name:string, More:dynamic)',
  `.create-or-alter table Raw ingestion json mapping 'm' '${JSON.stringify(
    ['PartId', 'Row', 'At', 'Value', 'Name', 'More'].map((column) => ({ column, Properties: { Path: `$.${column}` } })),
  )}'`,
  '.alter table Raw policy streamingingestion enable',
  '.alter table Raw policy ingestionbatching \'{"MaximumBatchingTimeSpan":"00:00:30"}\'',
  '.create ifnotexists materialized-view with (autoUpdateSchema=true, lookback=1d) Rows on table Raw { Raw | summarize take_any(*) by PartId, Row }',
];

export function connection(fake: FakeKusto, token?: () => string): KustoConnectionStringBuilder {
  return token === undefined
    ? new KustoConnectionStringBuilder(fake.url)
    : KustoConnectionStringBuilder.withTokenProvider(fake.url, async () => token());
}

export interface Line {
  readonly PartId: string;
  readonly Row: number;
  readonly [column: string]: unknown;
}

export const ndjson = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Fresh properties each time: the SDK changes those it is given. */
export function properties(more: Record<string, unknown> = {}): IngestionProperties {
  const { table = 'Raw', mapping = 'm', database = DATABASE, format = DataFormat.MULTIJSON, ...additional } = more;
  return {
    database,
    table,
    format,
    ingestionMappingReference: mapping,
    additionalProperties: additional,
  } as IngestionProperties;
}

/** Bytes, never a stream: the type does not know that, the SDK does. */
export const bytes = (text: string | Buffer, sourceId: string): StreamDescriptor =>
  new StreamDescriptor(
    (typeof text === 'string' ? gzipSync(text) : text) as unknown as ArrayBuffer,
    sourceId,
    CompressionType.GZIP,
  );

/** @returns the source id, which is in the name of the blob; the SDK gives the message another one */
export async function sendQueued(
  fake: FakeKusto,
  text: string | Buffer,
  more?: Record<string, unknown>,
  token?: () => string,
): Promise<string> {
  const sourceId = randomUUID();
  await new IngestClient(connection(fake, token)).ingestFromStream(bytes(text, sourceId), properties(more));
  return sourceId;
}

export async function sendStreaming(
  fake: FakeKusto,
  text: string | Buffer,
  more?: Record<string, unknown>,
): Promise<void> {
  await new StreamingIngestClient(connection(fake)).ingestFromStream(bytes(text, randomUUID()), properties(more));
}

/** Rows of a query or command as objects. */
export async function ask(
  fake: FakeKusto,
  text: string,
  client = new Client(connection(fake)),
): Promise<Record<string, unknown>[]> {
  const { primaryResults } = await client.execute(DATABASE, text);
  return Array.from(primaryResults[0]!.rows(), (row) => row.toJSON() as Record<string, unknown>);
}

/** The body of the answer that an error of the SDK stands for. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ status: number; code: string; detail: string; permanent: boolean }> {
  try {
    await call;
  } catch (error) {
    const { response } = error as { response?: { status: number; data: { error: Record<string, unknown> } } };
    if (response === undefined) throw error;
    const { code, '@message': detail, '@permanent': permanent } = response.data.error;
    return { status: response.status, code: String(code), detail: String(detail), permanent: permanent === true };
  }
  throw new Error('it was not refused');
}
