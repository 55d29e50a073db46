/** `POST /v1/rest/ingest/{database}/{table}`: rows that are there when the answer is. */
import type { FakeDatabase } from './database.ts';
import { expand, IngestionRefused, mapRecords, readRecords } from './json-mapping.ts';
import { badRequest, entityNotFound, ServiceError } from './service-error.ts';
import { columnsOf, type ResultTable } from './values.ts';

export const STREAMING_BYTES_MAX = 4 * 1024 * 1024;

export interface StreamingRequest {
  readonly table: string;
  readonly format: string | null;
  readonly mapping: string | null;
  /** Of the header; the body must then be gzip. */
  readonly gzip: boolean;
  readonly body: Buffer;
}

/** @throws ServiceError */
export function streamRows(database: FakeDatabase, request: StreamingRequest): ResultTable {
  const table = database.tables.get(request.table);
  if (table === undefined) throw entityNotFound('Table', request.table);
  const refuse = (reason: string, code = 'BadRequest') =>
    badRequest(
      code,
      `Bad streaming ingestion request to ${database.name}.${table.name} : ${reason}`,
      'Kusto.DataNode.Exceptions.StreamingIngestionRequestException',
    );
  if (!isEnabled(table.policies.get('streamingingestion') ?? database.policies.get('streamingingestion'))) {
    throw refuse(
      'Streaming ingestion policy is not enabled for the table',
      'BadRequest_StreamingIngestionPolicyNotEnabled',
    );
  }
  const format = request.format?.toLowerCase();
  if (format !== 'json' && format !== 'multijson') throw refuse(`Unsupported stream format '${request.format}'`);
  if (request.mapping === null) throw refuse('mappingName is required for this format');
  const mapping = table.mappings.get(request.mapping);
  if (mapping === undefined) {
    throw refuse(
      `Mapping reference '${request.mapping}' of type 'mappingReference' in database '${database.name}' could not be found.`,
      'BadRequest_MappingReferenceWasNotFound',
    );
  }
  if (request.gzip !== (request.body[0] === 0x1f && request.body[1] === 0x8b)) {
    throw refuse('The input stream is not compressed as its Content-Encoding says');
  }
  try {
    const bytes = expand(request.body, '');
    if (bytes.length > STREAMING_BYTES_MAX) throw tooLarge(bytes.length);
    if (bytes.length === 0) throw refuse('The input stream is empty after processing, tip:check stream validity');
    const rows = mapRecords(readRecords(bytes, format), table, mapping);
    table.append({ rows, ingestedAt: database.now(), tags: [] });
  } catch (error) {
    throw error instanceof IngestionRefused ? refuse(error.message, error.code) : error;
  }
  const columns = columnsOf('ConsumptionMode:string, SourceType:string, ExtentId:guid');
  return { columns, rows: [['Rows', 'Stream', '00000000-0000-4000-8000-000000000000']] };
}

const isEnabled = (policy: unknown): boolean => (policy as { IsEnabled?: unknown } | undefined)?.IsEnabled === true;

function tooLarge(bytes: number): ServiceError {
  return new ServiceError({
    status: 413,
    code: 'Payload too large',
    message: 'Request payload is too large.',
    type: 'Kusto.Data.Exceptions.KustoRequestPayloadTooLargeException',
    detail: `The streaming request holds ${bytes} bytes; at most ${STREAMING_BYTES_MAX} are allowed.`,
    permanent: true,
  });
}
