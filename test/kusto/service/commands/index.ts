/** The control commands that this project uses; any other is refused. */
import type { FakeDatabase } from '../database.ts';
import { Scanner } from '../scanner.ts';
import { entityNotFound } from '../service-error.ts';
import { splitTop } from '../text.ts';
import type { ResultTable } from '../values.ts';
import { type Command, type CommandContext, dispatch, type PolicyOwner } from './context.ts';
import { createFunction, dropFunction, showFunction, showFunctions } from './functions.ts';
import { alterPolicy, deletePolicy, ownerOf, showPolicy } from './policies.ts';
import { executeScript } from './script.ts';
import { showDatabase, showFailures, showOperations, showVersion } from './show.ts';
import {
  clearTable,
  createMapping,
  createTable,
  dropMapping,
  dropTable,
  showMappings,
  showSchema,
  showTables,
} from './tables.ts';
import { alterView, createView, dropView, enableView, showViews, viewResult } from './views.ts';

const policyCommand =
  (
    kind: 'table' | 'materialized-view' | 'database',
    then: (scanner: Scanner, owner: PolicyOwner, context: CommandContext) => ResultTable,
  ): Command =>
  (scanner, context) => {
    const name = scanner.name();
    if (kind === 'database' && name !== context.database.name) throw entityNotFound('Database', name);
    return then(scanner, ownerOf(kind, name, context.database), context);
  };

const alterMode = (mode: 'alter' | 'alter-merge') => (scanner: Scanner, owner: PolicyOwner, context: CommandContext) =>
  alterPolicy(scanner, owner, mode, context);

const showTable: Command = (scanner, context) => {
  const name = scanner.name();
  const table = context.database.table(name);
  if (/^policy\b/i.test(scanner.rest)) return showPolicy(scanner, ownerOf('table', name, context.database));
  if (!scanner.try('ingestion')) return showSchema(scanner, context, table);
  scanner.try('json');
  const all = scanner.try('mappings');
  if (!all) scanner.expect('mapping');
  const only = all ? undefined : scanner.string();
  scanner.end();
  return showMappings(table, context.database.name, only);
};

const showView: Command = (scanner, context) => {
  const name = scanner.name();
  const view = context.database.view(name);
  if (/^policy\b/i.test(scanner.rest)) return showPolicy(scanner, ownerOf('materialized-view', name, context.database));
  return scanner.ended ? viewResult([view]) : showSchema(scanner, context, view);
};

/** Longer words first where one begins another. */
const command = dispatch([
  ['.create-merge table', createTable('create-merge')],
  ['.create-or-alter table', (scanner, context) => createMapping(scanner, context, true)],
  ['.create-or-alter function', createFunction('create-or-alter')],
  ['.create-or-alter materialized-view', createView(false, 'create-or-alter')],
  [
    '.create table',
    (scanner, context) =>
      /^\S+\s+ingestion\b/.test(scanner.rest)
        ? createMapping(scanner, context, false)
        : createTable('create')(scanner, context),
  ],
  ['.create function', createFunction('create')],
  ['.create async ifnotexists materialized-view', createView(true, 'ifnotexists')],
  ['.create async materialized-view', createView(true, 'create')],
  ['.create ifnotexists materialized-view', createView(false, 'ifnotexists')],
  ['.create materialized-view', createView(false, 'create')],
  [
    '.alter-merge table',
    (scanner, context) =>
      /^\S+\s*\(/.test(scanner.rest)
        ? createTable('alter-merge')(scanner, context)
        : policyCommand('table', alterMode('alter-merge'))(scanner, context),
  ],
  ['.alter-merge materialized-view', policyCommand('materialized-view', alterMode('alter-merge'))],
  ['.alter-merge database', policyCommand('database', alterMode('alter-merge'))],
  ['.alter table', policyCommand('table', alterMode('alter'))],
  ['.alter database', policyCommand('database', alterMode('alter'))],
  [
    '.alter materialized-view',
    (scanner, context) =>
      /^\S+\s+policy\b/.test(scanner.rest)
        ? policyCommand('materialized-view', alterMode('alter'))(scanner, context)
        : alterView(scanner, context),
  ],
  ['.alter function', createFunction('alter')],
  ['.delete table', policyCommand('table', deletePolicy)],
  ['.delete materialized-view', policyCommand('materialized-view', deletePolicy)],
  [
    '.drop table',
    (scanner, context) => (/^\S+\s+ingestion\b/.test(scanner.rest) ? dropMapping : dropTable)(scanner, context),
  ],
  ['.drop function', dropFunction],
  ['.drop materialized-view', dropView],
  ['.clear table', clearTable],
  ['.enable materialized-view', enableView(true)],
  ['.disable materialized-view', enableView(false)],
  ['.execute database script', executeScript],
  ['.show tables', showTables],
  ['.show table', showTable],
  ['.show materialized-views', showViews],
  ['.show materialized-view', showView],
  ['.show functions', showFunctions],
  ['.show function', showFunction],
  ['.show ingestion failures', showFailures],
  ['.show operations', showOperations],
  ['.show version', showVersion],
  [
    '.show database',
    (scanner, context) =>
      /^\S+\s+policy\b/.test(scanner.rest)
        ? policyCommand('database', showPolicy)(scanner, context)
        : showDatabase(scanner, context),
  ],
]);

export interface CommandRunner {
  readonly database: FakeDatabase;
  readonly run: CommandContext['run'];
  readonly streamingEnabled: boolean;
}

/** Runs one control command; what follows a pipe is run as a query over its result. */
export function executeCommand(text: string, { database, run, streamingEnabled }: CommandRunner): ResultTable {
  const context: CommandContext = {
    database,
    run,
    streamingEnabled,
    execute: (inner) => executeCommand(inner, context),
  };
  const [own, ...piped] = /^\s*\.show\b/.test(text) ? splitTop(text, '|') : [text];
  if (!/^\s*\.show\b/.test(text)) database.schemaVersion += 1;
  const answer = command(new Scanner(own!.trim()), context);
  if (piped.length === 0) return answer;
  return run(`['$command'] |${piped.join('|')}`, '$command', answer.columns, answer.rows);
}
