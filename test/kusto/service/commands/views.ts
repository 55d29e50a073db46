/** Materialized views. */
import { MaterializedView, type RowSource } from '../materialized-view.ts';
import type { Scanner } from '../scanner.ts';
import { badRequest, entityExists, entityNotFound, syntaxError } from '../service-error.ts';
import { parseTimespan } from '../values.ts';
import { parseView } from '../view-definition.ts';
import { type Command, type CommandContext, result } from './context.ts';

const COLUMNS =
  'Name:string, SourceTable:string, Query:string, MaterializedTo:datetime, LastRun:datetime, LastRunResult:string, IsHealthy:bool, IsEnabled:bool, Folder:string, DocString:string, AutoUpdateSchema:bool, EffectiveDateTime:datetime, Lookback:timespan, LookbackColumn:string';

/** `.create [async] [ifnotexists] materialized-view [with (…)] V on table|materialized-view S { query }`, after `materialized-view`. */
export function createView(async: boolean, mode: 'create' | 'ifnotexists' | 'create-or-alter'): Command {
  return (scanner, context) => {
    const { database } = context;
    const properties = scanner.properties();
    const name = scanner.name();
    const { source, kind, query } = sourceAndQuery(scanner, context);
    const present = database.views.get(name);
    if (present !== undefined) {
      if (mode === 'create') throw entityExists('MaterializedView', name);
      if (mode === 'create-or-alter') present.alter(parseView(query, source.name));
    } else {
      if (database.tables.has(name)) throw entityExists('Table', name);
      database.views.set(name, newView());
    }
    if (!async) return viewResult([database.view(name)]);
    const operation = database.addOperation('MaterializedViewCreateOrAlter');
    return result('OperationId:guid', [[operation.id]]);

    function newView(): MaterializedView {
      const backfill = flag(properties.get('backfill') ?? 'false');
      if (backfill && !async) {
        throw badRequest(
          'General_BadRequest',
          'Creating a materialized view with backfill must be async: .create async materialized-view.',
        );
      }
      const definition = parseView(query, source.name);
      if (kind === 'materialized-view' && !(source as MaterializedView).definition.dedup) {
        throw badRequest(
          'General_BadRequest',
          `Cannot create materialized view '${name}' over '${source.name}': the lower view must be a take_any(*) aggregation.`,
        );
      }
      const { now } = database;
      const createdAt = now();
      const run = context.run;
      const view = new MaterializedView({
        name,
        source,
        sourceKind: kind,
        definition,
        backfill,
        createdAt,
        now,
        run,
      });
      const dynamicKey = view.columns.slice(0, definition.keys.length).find(({ type }) => type === 'dynamic');
      if (dynamicKey !== undefined) {
        throw badRequest(
          'General_BadRequest',
          `Cannot create materialized view '${name}': key '${dynamicKey.name}' is dynamic.`,
        );
      }
      for (const [property, value] of properties) setProperty(view, property, value);
      return view;
    }
  };
}

function sourceAndQuery(
  scanner: Scanner,
  { database }: CommandContext,
): { source: RowSource; kind: 'table' | 'materialized-view'; query: string } {
  scanner.expect('on');
  const kind = scanner.try('materialized-view') ? 'materialized-view' : 'table';
  if (kind === 'table') scanner.expect('table');
  const sourceName = scanner.name();
  const query = scanner.brackets('{').slice(1, -1).trim();
  scanner.end();
  return { source: kind === 'table' ? database.table(sourceName) : database.view(sourceName), kind, query };
}

function setProperty(view: MaterializedView, property: string, value: string): void {
  switch (property) {
    case 'backfill':
    case 'updateextentscreationtime':
      return;
    case 'lookback':
      if (
        !view.definition.dedup &&
        !view.definition.aggregates.some(({ name }) => name.startsWith('arg_') || name === 'take_any')
      ) {
        throw badRequest(
          'General_BadRequest',
          'lookback is valid only for arg_max/arg_min/take_any materialized views.',
        );
      }
      view.lookback = timespan(value);
      return;
    case 'autoupdateschema':
      if (flag(value) && !view.definition.aggregates.some(({ arguments: args }) => args.includes('*'))) {
        throw badRequest(
          'General_BadRequest',
          'autoUpdateSchema is valid only for arg_max(*)/arg_min(*)/take_any(*) materialized views.',
        );
      }
      view.autoUpdateSchema = flag(value);
      return;
    case 'folder':
      view.folder = value;
      return;
    case 'docstring':
      view.docString = value;
      return;
    default:
      throw badRequest('General_BadRequest', `Materialized views have no property '${property}'.`);
  }
}

/** `.alter materialized-view V`: another query, or one property. */
export const alterView: Command = (scanner, context) => {
  const properties = scanner.properties();
  const name = scanner.name();
  const view = context.database.view(name);
  for (const property of ['lookback', 'autoUpdateSchema', 'folder', 'docstring']) {
    if (!scanner.try(property)) continue;
    const value = scanner.value();
    scanner.end();
    setProperty(view, property.toLowerCase(), value);
    return viewResult([view]);
  }
  const { source, query } = sourceAndQuery(scanner, context);
  if (source !== view.source) {
    throw badRequest('General_BadRequest', `Cannot alter materialized view '${name}': its source cannot change.`);
  }
  view.alter(parseView(query, source.name));
  for (const [property, value] of properties) setProperty(view, property, value);
  return viewResult([view]);
};

export function enableView(enabled: boolean): Command {
  return (scanner, { database }) => {
    const view = database.view(scanner.name());
    scanner.end();
    view.refresh();
    view.enabled = enabled;
    return viewResult([view]);
  };
}

export const dropView: Command = (scanner, { database }) => {
  const name = scanner.name();
  const ifExists = scanner.try('ifexists');
  scanner.end();
  const view = database.views.get(name);
  if (view === undefined && !ifExists) throw entityNotFound('MaterializedView', name);
  const above = [...database.views.values()].find(({ source }) => source === view);
  if (above !== undefined) {
    throw badRequest('General_BadRequest', `Materialized view '${name}' cannot be dropped: '${above.name}' is on it.`);
  }
  database.views.delete(name);
  return viewResult([...database.views.values()]);
};

export const showViews: Command = (scanner, { database }) => {
  scanner.end();
  return viewResult([...database.views.values()]);
};

export function viewResult(views: readonly MaterializedView[]) {
  const rows = views.map((view) => {
    view.refresh();
    return [
      view.name,
      view.source.name,
      view.definition.text,
      view.createdAt,
      view.createdAt,
      'Completed',
      view.enabled,
      view.enabled,
      view.folder,
      view.docString,
      view.autoUpdateSchema,
      view.createdAt,
      view.lookback ?? null,
      '',
    ];
  });
  return result(COLUMNS, rows);
}

function timespan(text: string): number {
  const ms = parseTimespan(text);
  if (ms === undefined) throw syntaxError(`SYN0002: '${text}' is not a timespan`);
  return ms;
}

function flag(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw syntaxError(`SYN0002: '${text}' is not true or false`);
  return lower === 'true';
}
