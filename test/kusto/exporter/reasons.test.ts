/** Every error code of ingestion that Microsoft lists: what becomes of the part, and what a person is told. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PermanentError, RetryableError } from '../../../src/core/errors.ts';
import { explain } from '../../../src/exporters/kusto/failure.ts';
import { refusalOf } from '../../../src/exporters/kusto/questions.ts';
import { type Reason, type ReasonName, reasonOfCode, reasons, vague } from '../../../src/exporters/kusto/reasons.ts';

const place = { cluster: 'https://mycluster.westeurope.kusto.windows.net', database: 'shop', table: 'Attribution' };

/** As https://learn.microsoft.com/azure/data-explorer/error-codes has them, with `P` for permanent and `T` for transient. */
const listed: readonly [code: string, kind: 'P' | 'T'][] = `
Stream_WrongNumberOfFields P, Stream_ClosingQuoteMissing P, BadRequest_InvalidBlob P, BadRequest_EmptyArchive P,
BadRequest_InvalidArchive P, BadRequest_InvalidMapping P, BadRequest_InvalidMappingReference P, BadRequest_FormatNotSupported P,
BadRequest_InconsistentMapping P, BadRequest_UnexpectedCharacterInInputStream P, BadRequest_EmptyBlob P,
BadRequest_NoRecordsOrWrongFormat P, BadRequest_EmptyBlobUri P, BadRequest_DuplicateMapping P, BadRequest_InvalidOrEmptyTableName P,
BadRequest_EmptyDatabaseName P, BadRequest_EmptyMappingReference P, Download_BadRequest P, BadRequest_MissingMappingtFailure P,
Stream_NoDataToIngest P, Stream_DynamicPropertyBagTooLarge P, General_BadRequest P, BadRequest_CorruptedMessage P,
BadRequest_SyntaxError P, BadRequest_ZeroRetentionPolicyWithNoUpdatePolicy P, BadRequest_CreationTimeEarlierThanSoftDeletePeriod P,
BadRequest_NotSupported P, Download_SourceNotFound P, BadRequest_EntityNameIsNotValid P, BadRequest_MalformedIngestionProperty P,
BadRequest_IngestionPropertyNotSupportedInThisContext P, BadRequest_NonMultiDatabaseDataConnection P, BadRequest_InvalidBlobUri P,
BadRequest_DataCapacityLimitReached P, BadRequest_InvalidManagedIdentity P, Download_AccessConditionNotSatisfied P,
Download_Forbidden P, Download_AccountNotFound P, BadRequest_TableAccessDenied P, BadRequest_DatabaseAccessDenied P,
BadRequest_InvalidAuthentication P, Download_NotTransient P, Download_UnknownError T, Download_TransientNameResolutionFailure T,
BadRequest_MappingReferenceWasNotFound P, BadRequest_DatabaseNotExist P, BadRequest_TableNotExist P, BadRequest_EntityNotFound P,
Stream_InputStreamTooLarge P, BadRequest_FileTooLarge P, General_InternalServerError T, General_TransientSchemaMismatch T, Timeout T,
OutOfMemory T, Schema_PermanentUpdateFailure P, UpdatePolicy_QuerySchemaDoesNotMatchTableSchema P,
UpdatePolicy_FailedDescendantTransaction T, UpdatePolicy_IngestionError T, UpdatePolicy_UnknownError T,
UpdatePolicy_Cyclic_Update_Not_Allowed P, UpdatePolicy_BadRequest P, BadRequest_InvalidKustoIdentityToken P, Forbidden P,
General_ThrottledIngestion T, General_RetryAttemptsExceeded P, BlobAlreadyReceived_BlobAlreadyFoundInBatch P, Unknown T,
BadRequest_MessageExhausted T, Skipped_IngestByTagAlreadyExists P, General_AbandonedIngestion T`
  .trim()
  .split(/,\s+/)
  .map((entry) => entry.split(' ') as [string, 'P' | 'T']);

test('the table has every code of the list, and no other', () => {
  expect(Object.keys(reasonOfCode).sort()).toEqual(listed.map(([code]) => code).sort());
});

test.each(listed)('%s (%s), after the hand-over', (code, kind) => {
  const reason: Reason = reasons[reasonOfCode[code]!];
  const refusal = refusalOf({ code, message: 'so says the service' }, kind === 'T', place);
  expect(refusal.details).toBe(`${code}: so says the service`);
  if (reason.again === 'when mended') {
    // Nothing is set aside while a person can mend it, and the command stands there.
    expect(refusal).toMatchObject({ transient: false, remedy: expect.stringMatching(COMMAND) });
  } else {
    expect(refusal.remedy).toBeUndefined();
    expect(refusal.transient).toBe(reason.again === 'at once');
  }
  // What the service calls transient is never given up at the first refusal.
  if (kind === 'T') expect(reason.again).not.toBe('never');
});

/** Something to run, or whom to ask. */
const COMMAND =
  /otel-attribution kusto schema --apply --cluster https:\/\/mycluster|az kusto database-principal-assignment create .*--role Ingestor|\.alter-merge table AttributionRaw policy retention|\.delete table AttributionRaw policy update|Azure's support/;

test.each(listed)('%s (%s), as an answer to streaming', (code, kind) => {
  const status = kind === 'T' ? 503 : code === 'Forbidden' ? 403 : 400;
  const data = { error: { code, '@message': 'so says the service', '@permanent': kind === 'P' } };
  const explained = explain({ message: 'failed', response: { status, headers: {}, data } }, 'stream', place);
  const { again, means } = reasons[reasonOfCode[code]!] as Reason;
  expect(explained.message).toContain('so says the service');
  if (again === 'never') {
    expect(explained).toBeInstanceOf(PermanentError);
    if (!vague.has(code)) expect(explained.message).toContain(means);
  } else expect(explained).not.toBeInstanceOf(PermanentError);
  if (again === 'when mended') {
    expect(explained).toBeInstanceOf(RetryableError);
    expect(explained.message).toMatch(COMMAND);
  }
});

test.each([
  ['General_BadRequest', "Table 'AttributionRaw' could not be found", 'table'],
  ['BadRequest_EntityNotFound', "Entity ID 'shop' of kind 'Database' was not found.", 'database'],
  ['BadRequest_EntityNotFound', "Entity ID 'Attribution_v1' of kind 'MappingPersistent' was not found.", 'mapping'],
  ['', "Principal 'aadapp=1;2' is not authorized to perform operation 'Ingest' on database 'shop'.", 'role'],
] as [string, string, ReasonName][])('%s: %s', (code, message, name) => {
  const { remedy } = refusalOf({ code, message }, false, place);
  expect(remedy).toContain(name === 'role' ? "ingestors ('aadapp=1;2')" : reasons[name].means);
});

test('a code that is not known is believed in what is said of it', () => {
  expect(refusalOf({ code: 'New_Code', message: 'm' }, true, place)).toEqual({
    details: 'New_Code: m',
    transient: true,
    remedy: undefined,
  });
  expect(refusalOf({ code: '', message: 'm' }, false, place)).toEqual({
    details: 'm',
    transient: false,
    remedy: undefined,
  });
});

test('the service may not read the blob: that is not for the identity of the application to mend', () => {
  expect(refusalOf({ code: 'Download_Forbidden', message: 'access forbidden' }, false, place)).toMatchObject({
    transient: true,
    remedy: undefined,
  });
});

test('docs/kusto.md lists every code', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/kusto.md'), 'utf8');
  expect(listed.map(([code]) => code).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
