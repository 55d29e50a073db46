import { FORMAT } from './intake.ts';

/** Of failures alone, in the queue of failures; reports in a table cost requests, and nobody reads them. */
const FAILURES_ONLY = 0;
const IN_QUEUE = 0;

export interface Announced {
  readonly sourceId: string;
  /** With its key (SAS). */
  readonly blobUrl: string;
  /** Before compression. */
  readonly rawBytes: number;
  readonly database: string;
  readonly table: string;
  readonly mapping: string;
  /** What the service gave for this identity. */
  readonly authorizationContext: string;
  /** Name and version of the sender. */
  readonly application: string;
}

/**
 * What the service reads from its queue about one blob, as its documentation has it ("ingestion message internal structure"). Neither tags
 * nor a creation time: every tagged blob is ingested alone.
 */
export function ingestionMessage(announced: Announced): object {
  const { sourceId, blobUrl, rawBytes, database, table, mapping, authorizationContext, application } = announced;
  return {
    Id: sourceId,
    BlobPath: blobUrl,
    RawDataSize: rawBytes,
    DatabaseName: database,
    TableName: table,
    RetainBlobOnSuccess: true,
    FlushImmediately: false,
    IgnoreSizeLimit: false,
    ReportLevel: FAILURES_ONLY,
    ReportMethod: IN_QUEUE,
    SourceMessageCreationTime: new Date().toISOString(),
    IngestionStatusInTable: null,
    ApplicationForTracing: application,
    ClientVersionForTracing: application,
    AdditionalProperties: {
      authorizationContext,
      format: FORMAT,
      ingestionMappingReference: mapping,
      ingestionMappingType: 'Json',
    },
  };
}
