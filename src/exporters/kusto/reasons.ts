/**
 * Why the service does not ingest: what each of its error codes means for a part, whose it is to mend, and how. The codes are those of
 * Microsoft's list, https://learn.microsoft.com/azure/data-explorer/error-codes; the same come as answers to streaming ingestion.
 */
import { clusterName, isAzureResource, quotedForShell } from '../../kusto/grants.ts';
import { DEFAULT_BASE, kustoNames } from '../../kusto/names.ts';
import type { Place } from './facts.ts';
import { missingRole } from './roles.ts';

export interface Reason {
  /** Whether sending the part again can help: as it is, after a person has done something, or never. */
  readonly again: 'at once' | 'when mended' | 'never';
  /** In a sentence. */
  readonly means: string;
  /** What a person can do, where it is theirs to mend. */
  mend?(place: Place): string;
}

const REPORT =
  'The part is set aside; this should not happen, so please report it: https://github.com/otel-attribution/otel-attribution/issues';

export const reasons = {
  rows: { again: 'never', means: `The service cannot read what is in the blob. ${REPORT}` },
  size: { again: 'never', means: `A blob, or a value in it, is larger than the service takes. ${REPORT}` },
  message: { again: 'never', means: `The service does not understand what it was told about the blob. ${REPORT}` },
  mapping: {
    again: 'when mended',
    means:
      'The ingestion mapping of this release is not in the database, or not as it should be: the schema is older, or newer, or was changed by hand.',
    mend: (place) =>
      `Run, as database admin: ${applyCommand(place)}; if the schema is newer than this release: npm i otel-attribution@latest`,
  },
  table: {
    again: 'when mended',
    means: 'The tables and functions of otel-attribution are not in the database, or older than this release.',
    mend: (place) => `Run, as database admin: ${applyCommand(place)}`,
  },
  database: {
    again: 'when mended',
    means: 'The database is not there, or this identity may not see it.',
    mend: (place) =>
      `Create it${createCommand(place)}. Then, as its admin: ${applyCommand(place)}; and grant the roles that otel-attribution kusto schema --print shows`,
  },
  role: {
    again: 'when mended',
    means: 'The role Ingestor on the database was not granted, or taken away.',
    mend: (place) => missingRole('Ingestor', place),
  },
  retention: {
    again: 'when mended',
    means: 'The table keeps nothing: its retention is zero.',
    mend: ({ table }) =>
      `Run, as database admin, in KQL: .alter-merge table ${kustoNames(table).raw} policy retention softdelete = 7d`,
  },
  update: {
    again: 'when mended',
    means: 'An update policy that otel-attribution did not make is on the table, and fails.',
    mend: ({ table }) =>
      `Mend it, or take it away, as database admin, in KQL: .delete table ${kustoNames(table).raw} policy update`,
  },
  full: {
    again: 'when mended',
    means: "The service's own temporary storage is full.",
    mend: ({ cluster }) => `Only Azure's support can help; name the cluster: ${cluster}`,
  },
  blob: { again: 'at once', means: 'The service could not fetch the blob. It is uploaded again.' },
  token: { again: 'at once', means: 'The service did not accept the identity of the message. A new one is asked for.' },
  busy: { again: 'at once', means: 'The service failed or was busy. The part is sent again.' },
  there: { again: 'at once', means: 'The service has the blob already. Whether the rows are there is asked again.' },
} as const satisfies Readonly<Record<string, Reason>>;

export type ReasonName = keyof typeof reasons;

/** Of Microsoft's list, under its categories. */
export const reasonOfCode: Readonly<Record<string, ReasonName>> = {
  // BadFormat
  Stream_WrongNumberOfFields: 'rows',
  Stream_ClosingQuoteMissing: 'rows',
  BadRequest_InvalidBlob: 'rows',
  BadRequest_EmptyArchive: 'rows',
  BadRequest_InvalidArchive: 'rows',
  BadRequest_InvalidMapping: 'mapping',
  BadRequest_InvalidMappingReference: 'mapping',
  BadRequest_FormatNotSupported: 'message',
  BadRequest_InconsistentMapping: 'mapping',
  BadRequest_UnexpectedCharacterInInputStream: 'rows',
  // BadRequest
  BadRequest_EmptyBlob: 'rows',
  BadRequest_NoRecordsOrWrongFormat: 'rows',
  BadRequest_EmptyBlobUri: 'message',
  BadRequest_DuplicateMapping: 'message',
  BadRequest_InvalidOrEmptyTableName: 'message',
  BadRequest_EmptyDatabaseName: 'message',
  BadRequest_EmptyMappingReference: 'message',
  Download_BadRequest: 'blob',
  BadRequest_MissingMappingtFailure: 'message',
  Stream_NoDataToIngest: 'rows',
  Stream_DynamicPropertyBagTooLarge: 'size',
  BadRequest_MessageExhausted: 'busy',
  General_BadRequest: 'message',
  BadRequest_CorruptedMessage: 'message',
  BadRequest_SyntaxError: 'message',
  BadRequest_ZeroRetentionPolicyWithNoUpdatePolicy: 'retention',
  BadRequest_CreationTimeEarlierThanSoftDeletePeriod: 'message',
  BadRequest_NotSupported: 'message',
  Download_SourceNotFound: 'blob',
  BadRequest_EntityNameIsNotValid: 'message',
  BadRequest_MalformedIngestionProperty: 'message',
  BadRequest_IngestionPropertyNotSupportedInThisContext: 'message',
  BadRequest_NonMultiDatabaseDataConnection: 'message',
  BadRequest_InvalidBlobUri: 'message',
  BadRequest_DataCapacityLimitReached: 'full',
  BadRequest_InvalidManagedIdentity: 'blob',
  // DataAccessNotAuthorized: the service's access to the blob, but for the two of table and database
  Download_AccessConditionNotSatisfied: 'blob',
  Download_Forbidden: 'blob',
  Download_AccountNotFound: 'blob',
  BadRequest_TableAccessDenied: 'role',
  BadRequest_DatabaseAccessDenied: 'role',
  BadRequest_InvalidAuthentication: 'blob',
  // DownloadFailed
  Download_NotTransient: 'blob',
  Download_UnknownError: 'blob',
  Download_TransientNameResolutionFailure: 'blob',
  // EntityNotFound
  BadRequest_MappingReferenceWasNotFound: 'mapping',
  BadRequest_DatabaseNotExist: 'database',
  BadRequest_TableNotExist: 'table',
  BadRequest_EntityNotFound: 'table',
  // FileTooLarge
  Stream_InputStreamTooLarge: 'size',
  BadRequest_FileTooLarge: 'size',
  // InternalServiceError
  General_InternalServerError: 'busy',
  General_TransientSchemaMismatch: 'busy',
  Timeout: 'busy',
  OutOfMemory: 'busy',
  Schema_PermanentUpdateFailure: 'table',
  // UpdatePolicyFailure
  UpdatePolicy_QuerySchemaDoesNotMatchTableSchema: 'update',
  UpdatePolicy_FailedDescendantTransaction: 'update',
  UpdatePolicy_IngestionError: 'update',
  UpdatePolicy_UnknownError: 'update',
  UpdatePolicy_Cyclic_Update_Not_Allowed: 'update',
  UpdatePolicy_BadRequest: 'update',
  // UserAccessNotAuthorized
  BadRequest_InvalidKustoIdentityToken: 'token',
  Forbidden: 'role',
  // ThrottledOnEngine, RetryAttemptsExceeded, BlobAlreadyReceived, Unknown, Other
  General_ThrottledIngestion: 'busy',
  General_RetryAttemptsExceeded: 'busy',
  BlobAlreadyReceived_BlobAlreadyFoundInBatch: 'there',
  Unknown: 'busy',
  Skipped_IngestByTagAlreadyExists: 'there',
  General_AbandonedIngestion: 'busy',
};

/** Codes that the service gives to many a fault: what else it says is more telling. */
export const vague: ReadonlySet<string> = new Set([
  'General_BadRequest',
  'BadRequest_EntityNotFound',
  'BadRequest_SyntaxError',
]);

function createCommand({ cluster, database }: Place): string {
  if (!isAzureResource(cluster)) return ', in the web page of the cluster';
  return `: az kusto database create --resource-group <group> --cluster-name ${clusterName(cluster)} --database-name ${quotedForShell(database)} --read-write-database location=<region>`;
}

/** Brings the schema of a database to that of this release. */
export function applyCommand({ cluster, database, table }: Place): string {
  const book = table === DEFAULT_BASE ? '' : ` --table ${table}`;
  return `otel-attribution kusto schema --apply --cluster ${cluster} --database ${quotedForShell(database)}${book}`;
}
