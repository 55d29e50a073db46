import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnalyserDatabase, analyse } from '../kql/analyser.ts';
import { splitScript } from './commands/script.ts';
import { type FakeKusto, ServiceError, startFakeKusto } from './index.ts';

let fake: FakeKusto;

const setup = [
  '.create-merge table Spare (A:string)',
  ".create-merge table Raw (A:string, B:int, At:datetime) with (folder='f', docstring='d')",
  `.create-or-alter table Raw ingestion json mapping 'm1' '[{"column":"A","Properties":{"Path":"$.a"}}]'`,
  '.create ifnotexists materialized-view with (autoUpdateSchema=true, lookback=1d) Rows on table Raw { Raw | summarize take_any(*) by A }',
  ".create-or-alter function with (folder='f', skipvalidation='true') F(_n:long=10, _s:string='a,b') { Raw | take _n }",
];

beforeEach(async () => {
  await fake?.close();
  fake = await startFakeKusto({ azurite: false });
  for (const command of setup) fake.execute(command);
});
afterAll(() => fake.close());

const records = (text: string) => {
  const { columns, rows } = fake.execute(text);
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
};

function errorOf(text: string): ServiceError {
  try {
    fake.execute(text);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error(`no error for ${text}`);
}

describe('results have the columns that the official analyser knows', () => {
  const database: AnalyserDatabase = {
    tables: new Map([
      [
        'Raw',
        [
          { name: 'A', type: 'string' },
          { name: 'B', type: 'int' },
          { name: 'At', type: 'datetime' },
        ],
      ],
      ['Spare', [{ name: 'A', type: 'string' }]],
    ]),
    views: new Map([['Rows', [{ name: 'A', type: 'string' }]]]),
    functions: [{ name: 'F', parameters: '(_n:long=10)', body: '{ Raw | take _n }' }],
  };
  it.each([
    '.create-merge table Raw (A:string)',
    '.alter-merge table Raw (C:long)',
    '.create table Other (A:string)',
    '.drop table Spare ifexists',
    `.create-or-alter table Raw ingestion json mapping 'm2' '[{"column":"A","Properties":{"Path":"$.a"}}]'`,
    ".drop table Raw ingestion json mapping 'm1'",
    ".alter table Raw policy ingestionbatching '{}'",
    '.alter table Raw policy streamingingestion enable',
    '.alter-merge table Raw policy retention softdelete = 30d recoverability = disabled',
    '.alter table Raw policy caching hot = 7d',
    '.alter-merge materialized-view Rows policy retention softdelete = 30d recoverability = disabled',
    '.alter materialized-view Rows policy caching hot = 31d',
    '.delete table Raw policy caching',
    '.alter materialized-view Rows lookback 2d',
    '.alter materialized-view Rows autoUpdateSchema false',
    '.enable materialized-view Rows',
    '.create-or-alter function G() { Raw }',
    '.drop function F',
    '.clear table Raw data',
    '.show tables',
    '.show table Raw cslschema',
    '.show table Raw schema as json',
    '.show table Raw ingestion mappings',
    '.show table Raw ingestion json mappings',
    '.show table Raw policy retention',
    '.show materialized-views',
    '.show materialized-view Rows',
    '.show materialized-view Rows policy caching',
    '.show materialized-view Rows schema as json',
    '.show functions',
    '.show function F',
    '.show database schema as json',
    '.show database principals',
    '.show ingestion failures',
    '.show operations',
    '.show version',
  ])('%s', (command) => {
    const known = analyse(command, database);
    expect(known.diagnostics).toEqual([]);
    const columns = fake.execute(command).columns.map(({ name, type }) => `${name}:${type}`);
    // The analyser's list of some commands is empty: it knows that there is a result, not which.
    const official = known.columns?.map(({ name, type }) => `${name}:${type}`) ?? [];
    expect(known.known).toBe(true);
    if (official.length > 0) expect(columns).toEqual(official);
    else expect(columns.length).toBeGreaterThan(0);
  });
});

describe('tables and mappings', () => {
  it('merges columns and keeps rows', () => {
    fake.database.table('Raw').append({ rows: [['a', 1, 0]], ingestedAt: 0, tags: [] });
    fake.execute(".create-merge table Raw (B:int, ['C d']:string, D:real)");
    expect(records('.show table Raw cslschema')[0]!.Schema).toBe('A:string,B:int,At:datetime,C d:string,D:real');
    expect(fake.database.table('Raw').rows).toEqual([['a', 1, 0, '', null]]);
  });

  it('refuses another type of a column', () => {
    expect(errorOf('.create-merge table Raw (A:long)').details.code).toBe('BadRequest_SchemaMismatch');
  });

  it('shows mappings as they were given', () => {
    expect(records('.show table Raw ingestion json mappings')).toMatchObject([
      { Name: 'm1', Kind: 'Json', Mapping: '[{"column":"A","Properties":{"Path":"$.a"}}]', Table: 'Raw' },
    ]);
  });

  it.each([
    ['no JSON', "'nonsense'"],
    ['unknown column', `'[{"column":"X","Properties":{"Path":"$.a"}}]'`],
    ['no path', `'[{"column":"A"}]'`],
  ])('refuses a mapping: %s', (_, mapping) => {
    const error = errorOf(`.create-or-alter table Raw ingestion json mapping 'm' ${mapping}`);
    expect(error.details).toMatchObject({ status: 400, code: 'BadRequest_InvalidMapping', permanent: true });
  });

  it('does not drop a table under a view', () => {
    expect(errorOf('.drop table Raw').message).toContain("materialized view 'Rows' is on it");
  });
});

describe('policies', () => {
  it('says null where there is none', () => {
    expect(records('.show table Raw policy retention')).toMatchObject([
      { PolicyName: 'RetentionPolicy', EntityName: '[Telemetry].[Raw]', Policy: 'null', EntityType: 'Table' },
    ]);
  });

  it('merges retention, replaces caching', () => {
    fake.execute('.alter-merge table Raw policy retention softdelete = 30d recoverability = disabled');
    fake.execute('.alter-merge table Raw policy retention softdelete = 7d');
    fake.execute('.alter table Raw policy caching hot = 31d');
    const policy = (kind: string) =>
      JSON.parse(String(records(`.show table Raw policy ${kind}`)[0]!.Policy)) as unknown;
    expect(policy('retention')).toEqual({ SoftDeletePeriod: '7.00:00:00', Recoverability: 'Disabled' });
    expect(policy('caching')).toMatchObject({ DataHotSpan: { Value: '31.00:00:00' } });
  });

  it('refuses a batching time below ten seconds', () => {
    const error = errorOf(`.alter table Raw policy ingestionbatching '{"MaximumBatchingTimeSpan":"00:00:05"}'`);
    expect(error.message).toContain('between 00:00:10 and 00:30:00');
  });

  it('refuses streaming ingestion where the cluster has none', async () => {
    const other = await startFakeKusto({ azurite: false, streamingEnabled: false });
    other.execute('.create-merge table T (A:string)');
    expect(() => other.execute('.alter table T policy streamingingestion enable')).toThrow(
      /not enabled for this cluster/,
    );
    await other.close();
  });
});

describe('functions', () => {
  it('shows them as they were written', () => {
    expect(records('.show functions')).toEqual([
      { Name: 'F', Parameters: "(_n:long=10, _s:string='a,b')", Body: '{ Raw | take _n }', Folder: 'f', DocString: '' },
    ]);
    const schema = JSON.parse(String(records('.show database schema as json')[0]!.DatabaseSchema));
    expect(schema.Databases.Telemetry.Functions.F.InputParameters).toEqual([
      { Name: '_n', CslType: 'long', CslDefaultValue: '10' },
      { Name: '_s', CslType: 'string', CslDefaultValue: "'a,b'" },
    ]);
  });

  it('refuses to create one twice, unless told', () => {
    expect(errorOf('.create function F() { Raw }').details.code).toBe('BadRequest_EntityAlreadyExists');
    fake.execute('.create function ifnotexists F() { Raw }');
    expect(records('.show function F')[0]!.Body).toBe('{ Raw | take _n }');
  });
});

describe('materialized views', () => {
  const create = (query: string, more = '') => `.create materialized-view ${more} V on table Raw { ${query} }`;

  it.each([
    ['two summarize', 'Raw | summarize take_any(*) by A | summarize count() by A', 'only summarize'],
    ['summarize is not last', 'Raw | summarize count() by A | where A != ""', 'only summarize'],
    ['now()', 'Raw | where At > now() | summarize count() by A', 'now'],
    ['a composite aggregate', 'Raw | summarize X = sum(B) / count() by A', 'not a single aggregate'],
    ['another source', 'Other | summarize count() by A', 'must begin with Raw'],
  ])('refuses %s', (_, query, reason) => {
    expect(errorOf(create(query)).message).toContain(reason);
  });

  it('refuses backfill that is not async, lookback of sums, unknown properties', () => {
    expect(errorOf(create('Raw | summarize take_any(*) by A', 'with (backfill=true)')).message).toContain('async');
    expect(errorOf(create('Raw | summarize take_any(*) by A', 'with (nonsense=1)')).message).toContain('nonsense');
  });

  it('makes one in the background and tells how that went', () => {
    const command =
      '.create async ifnotexists materialized-view with (backfill=true) V on table Raw { Raw | summarize take_any(*) by A }';
    const [{ OperationId: id }] = records(command) as [{ OperationId: string }];
    expect(records(`.show operations ${id}`)).toMatchObject([{ OperationId: id, State: 'Completed' }]);
    expect(errorOf('.show operations 00000000-0000-4000-8000-00000000dead').details.code).toBe(
      'BadRequest_EntityNotFound',
    );
  });

  it('never changes the keys', () => {
    expect(
      errorOf('.alter materialized-view Rows on table Raw { Raw | summarize take_any(*) by A, B }').message,
    ).toContain('keys cannot change');
  });

  it('stops when a column comes that it may not follow', () => {
    fake.execute('.alter materialized-view Rows autoUpdateSchema false');
    fake.execute('.alter-merge table Raw (C:string)');
    expect(records('.show materialized-view Rows')).toMatchObject([{ IsEnabled: false, IsHealthy: false }]);
  });
});

describe('scripts', () => {
  it('runs commands one after another, past comments and blank lines', () => {
    const script =
      '.execute database script <|\n// first\n.create-merge table X (A:string)\n\n//\n.create-or-alter function G() {\n  X\n  // .not a command\n}\n.show tables\n';
    expect(records(script)).toMatchObject([
      { Result: 'Completed', CommandType: 'create-merge table', CommandText: '.create-merge table X (A:string)' },
      { Result: 'Completed', CommandText: '.create-or-alter function G() {\n  X\n  // .not a command\n}' },
      { Result: 'Skipped' },
    ]);
    expect(fake.database.tables.has('X')).toBe(true);
  });

  it('stops at the first error, or goes on, or throws', () => {
    const commands = '.create-merge table Raw (A:long)\n.create-merge table Y (A:string)';
    const outcomes = (properties: string) =>
      records(`.execute database script ${properties} <| ${commands}`).map(({ Result }) => Result);
    expect(outcomes('')).toEqual(['Failed']);
    expect(outcomes('with (ContinueOnErrors=true)')).toEqual(['Failed', 'Completed']);
    expect(errorOf(`.execute database script with (ThrowOnErrors=true) <| ${commands}`).details.code).toBe(
      'BadRequest_SchemaMismatch',
    );
  });

  it('takes a dot within a body or string for what it is', () => {
    expect(splitScript(".create table A (x:string) with (docstring='\n.no')\n  .drop table A")).toHaveLength(2);
  });
});

describe('what is not there', () => {
  it.each([
    '.frobnicate table Raw',
    '.show table Raw detailz',
    '.show tables please',
    '.create-merge table (A:string)',
    '.show functions with',
  ])('refuses %s as a syntax error', (command) => {
    expect(errorOf(command).details).toMatchObject({ status: 400, type: 'Kusto.Data.Exceptions.SyntaxException' });
  });

  it.each([
    ['.show table Missing cslschema', 'Table'],
    ['.show materialized-view Missing', 'MaterializedView'],
    ['.drop function Missing', 'Function'],
    ['.alter table Missing policy caching hot = 1d', 'Table'],
  ])('%s', (command, kind) => {
    expect(errorOf(command).details).toMatchObject({
      status: 400,
      code: 'BadRequest_EntityNotFound',
      detail: `Entity ID 'Missing' of kind '${kind}' was not found.`,
    });
  });
});
