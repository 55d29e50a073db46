/** The other `.show` commands: the database as a whole, failures, operations, principals, the version. */
import { badRequest, entityNotFound } from '../service-error.ts';
import { splitTop } from '../text.ts';
import type { ResultTable } from '../values.ts';
import { type Command, result } from './context.ts';
import { orderedColumns } from './tables.ts';

export const showVersion: Command = (scanner) => {
  scanner.end();
  const columns = 'BuildVersion:string, BuildTime:datetime, ServiceType:string, ProductVersion:string';
  return result(columns, [['1.0.9000.0', Date.UTC(2026, 0, 1), 'Engine', 'KustoMain_2026.01.01.1']]);
};

export const showFailures: Command = (scanner, { database }) => {
  const since = scanner.try('with') ? scanner.brackets('(') : undefined;
  const id = /OperationId\s*=\s*'?([\w-]+)/i.exec(since ?? '')?.[1];
  scanner.end();
  const columns =
    'OperationId:guid, Database:string, Table:string, FailedOn:datetime, IngestionSourcePath:string, Details:string, FailureKind:string, RootActivityId:guid, OperationKind:string, OriginatesFromUpdatePolicy:bool, ErrorCode:string, Principal:string, ShouldRetry:bool, User:string, IngestionProperties:string';
  const failures = database.failures.filter(({ operationId }) => id === undefined || operationId === id);
  return result(
    columns,
    failures.map((failure) => [
      failure.operationId,
      failure.database,
      failure.table,
      failure.failedOn,
      failure.ingestionSourcePath,
      failure.details,
      failure.failureKind,
      failure.rootActivityId,
      'DataIngestPull',
      false,
      failure.errorCode,
      'aadapp=00000000-0000-4000-8000-000000000001',
      failure.shouldRetry,
      '',
      failure.ingestionProperties,
    ]),
  );
};

export const showOperations: Command = (scanner, { database }) => {
  const id = scanner.ended ? undefined : scanner.rest.trim().replace(/^\(?\s*'?([\w-]+)'?\s*\)?$/, '$1');
  const operations = database.operations.filter((operation) => id === undefined || operation.id === id);
  if (id !== undefined && operations.length === 0) throw entityNotFound('Operation', id);
  const columns =
    'OperationId:guid, Operation:string, NodeId:string, StartedOn:datetime, LastUpdatedOn:datetime, Duration:timespan, State:string, Status:string, RootActivityId:guid, ShouldRetry:bool, Database:string, Principal:string, User:string, AdminEpochStartTime:datetime, VirtualCluster:string';
  return result(
    columns,
    operations.map(({ id: operationId, operation, startedAt, state, status }) => [
      operationId,
      operation,
      '',
      startedAt,
      startedAt,
      0,
      state,
      status,
      operationId,
      false,
      database.name,
      'aadapp=00000000-0000-4000-8000-000000000001',
      '',
      0,
      '',
    ]),
  );
};

/** `.show database [D] schema as json` and `.show database [D] schema` are for clients that look at all of it at once. */
export const showDatabase: Command = (scanner, { database }) => {
  if (!/^(schema|principals)\b/i.test(scanner.rest)) {
    const name = scanner.name();
    if (name !== database.name) throw entityNotFound('Database', name);
  }
  if (scanner.try('principals')) {
    scanner.end();
    return principals(database.name);
  }
  scanner.expect('schema', 'as', 'json');
  scanner.end();
  const named = <T extends { name: string }>(items: Iterable<T>, shape: (item: T) => object) =>
    Object.fromEntries(Array.from(items, (item) => [item.name, { Name: item.name, ...shape(item) }]));
  const schema = {
    Databases: {
      [database.name]: {
        Name: database.name,
        Tables: named(database.tables.values(), ({ folder, docString, columns }) => ({
          Folder: folder,
          DocString: docString,
          OrderedColumns: orderedColumns(columns),
        })),
        ExternalTables: {},
        MaterializedViews: named(database.views.values(), ({ folder, docString, columns, definition, source }) => ({
          Folder: folder,
          DocString: docString,
          OrderedColumns: orderedColumns(columns),
          SourceTable: source.name,
          Query: definition.text,
        })),
        Functions: named(database.functions.values(), ({ parameters, body, folder, docString }) => ({
          InputParameters: inputParameters(parameters),
          Body: body,
          Folder: folder,
          DocString: docString,
          FunctionKind: 'Unknown',
          OutputColumns: [],
        })),
        DatabaseAccessMode: 'ReadWrite',
        MajorVersion: 1,
        MinorVersion: 0,
      },
    },
  };
  return result('DatabaseSchema:string', [[JSON.stringify(schema)]]);
};

function inputParameters(text: string): object[] {
  const inner = text.slice(1, -1).trim();
  if (inner === '') return [];
  return splitTop(inner, ',').map((part) => {
    const [, name, type, value] = /^\s*(\w+)\s*:\s*([\s\S]+?)(?:\s*=\s*([\s\S]+?))?\s*$/.exec(part) ?? [];
    if (name === undefined) throw badRequest('General_BadRequest', `Function parameter '${part}' cannot be read.`);
    return { Name: name, CslType: type, ...(value !== undefined && { CslDefaultValue: value }) };
  });
}

function principals(database: string): ResultTable {
  const columns =
    'Role:string, PrincipalType:string, PrincipalDisplayName:string, PrincipalObjectId:string, PrincipalFQN:string, Notes:string, RoleAssignmentIdentifier:string';
  const id = '00000000-0000-4000-8000-000000000001';
  return result(columns, [[`Database ${database} Admin`, 'AAD Application', 'fake', id, `aadapp=${id}`, '', '']]);
}
