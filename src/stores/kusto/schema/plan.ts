/** The way from what a database holds to what this release needs. */
import { sameMapping } from '../../../kusto/mapping.ts';
import { type KustoNames, rollupColumns, SCHEMA_VERSION } from '../../../kusto/names.ts';
import { type CurrentSchema, policyKey } from './current.ts';
import { type FunctionObject, type SchemaObject, type SchemaOptions, schemaObjects } from './objects.ts';
import { defaultRetention, type PolicyObject } from './policies.ts';
import { sameFunction, sameText, sameTimespan, sameValues } from './same.ts';
import { cutOf, defaultGenerations, type Generation, type Generations, rollups, type ViewObject } from './views.ts';

export interface SchemaChange {
  readonly kind: SchemaObject['kind'];
  readonly name: string;
  readonly state: 'missing' | 'different';
  readonly detail: string;
  readonly commands: readonly string[];
  /** Why the database may refuse it without harm. */
  readonly optional?: string;
}

export interface SchemaPlan {
  /** In the order in which they must be made. */
  readonly changes: readonly SchemaChange[];
  /** What is as it is on purpose: policies someone chose, older generations, functions that are no longer ours. */
  readonly notes: readonly string[];
  /** What no command can mend. */
  readonly blocked: readonly string[];
}

/** True when nothing that matters is missing or different. */
export const isEqual = (plan: SchemaPlan): boolean =>
  plan.blocked.length === 0 && plan.changes.every((change) => change.optional !== undefined);

/** @param now milliseconds since the Unix epoch: a new generation begins at a full hour after it */
export function planSchema(names: KustoNames, current: CurrentSchema, options: SchemaOptions, now: number): SchemaPlan {
  const generations = generationsOf(names, current, now);
  const objects = schemaObjects(names, { ...options, generations });
  const changes: SchemaChange[] = [];
  const notes = olderGenerations(generations, now);
  const blocked: string[] = [];
  for (const object of objects) {
    switch (object.kind) {
      case 'table':
        changes.push(...tableChanges(object, current, blocked));
        break;
      case 'mapping': {
        const is = current.mappings.get(object.name);
        if (is === undefined) changes.push(change(object, 'missing'));
        else if (!sameMapping(is, object.entries)) changes.push(change(object, 'different', 'other columns or paths'));
        break;
      }
      case 'policy':
        changes.push(...policyChanges(object, current, notes));
        break;
      case 'materialized-view':
        changes.push(...viewChanges(object, current, names, blocked));
        break;
      case 'function':
        changes.push(...functionChanges(object, current, names, changes));
    }
  }
  const ours = new Set(objects.map(({ name }) => name));
  for (const [name, { folder }] of current.functions)
    if (folder === names.base && !ours.has(name)) notes.push(`function ${name} is not of this release: kept`);
  return { changes, notes, blocked };
}

function change(
  { kind, name, commands, ...rest }: SchemaObject,
  state: SchemaChange['state'],
  detail = '',
  instead: readonly string[] = commands,
): SchemaChange {
  const optional = 'optional' in rest ? rest.optional : undefined;
  return { kind, name, state, detail, commands: instead, ...(optional !== undefined && { optional }) };
}

function tableChanges(
  object: SchemaObject & { kind: 'table' },
  current: CurrentSchema,
  blocked: string[],
): SchemaChange[] {
  const { columns: is } = current;
  if (is === undefined) return [change(object, 'missing')];
  for (const { name, type } of object.columns) {
    const found = is.get(name);
    if (found !== undefined && found !== type)
      blocked.push(
        `column ${name} of the table ${object.name} is ${found}, not ${type}, and the type of a column cannot change`,
      );
  }
  const lacks = object.columns.filter(({ name }) => !is.has(name)).map(({ name }) => name);
  return lacks.length === 0 ? [] : [change(object, 'different', `without ${lacks.join(', ')}`)];
}

function policyChanges(object: PolicyObject, current: CurrentSchema, notes: string[]): SchemaChange[] {
  const is = current.policies.get(policyKey(object));
  if (is === undefined) return [change(object, 'missing')];
  if (sameValues(is, object.values)) return [];
  const [wanted, found] = [object.values, is].map((values) =>
    Object.keys(object.values)
      .map((key) => shown(values[key]))
      .join(', '),
  );
  if (object.asked) return [change(object, 'different', `${found}, asked for is ${wanted}`)];
  const how = object.flag === undefined ? '' : `; ${object.flag} sets it`;
  notes.push(`policy ${object.name} is ${found}, by default ${wanted}: kept${how}`);
  return [];
}

/** The hot span is an object in some answers. */
const shown = (value: unknown): string =>
  String(typeof value === 'object' && value !== null && 'Value' in value ? value.Value : value);

function viewChanges(view: ViewObject, current: CurrentSchema, names: KustoNames, blocked: string[]): SchemaChange[] {
  const is = current.views.get(view.name);
  if (is === undefined) {
    // A new generation begins empty: its cut lies ahead.
    const first = view.level === 'rows' || olderOf(current, names, view.level).length === 0;
    return current.rowsWithoutView && first
      ? [change(view, 'missing', 'made from the rows that are there', [view.backfillCommand])]
      : [change(view, 'missing')];
  }
  if (!sameText(is.query, view.query) || is.source !== view.source) {
    blocked.push(`the view ${view.name} is another query, and the keys of a view cannot change`);
    return [];
  }
  const changes: SchemaChange[] = [];
  const alter = (detail: string, command: string) => changes.push(change(view, 'different', detail, [command]));
  if (view.lookback !== undefined && !is.autoUpdateSchema)
    alter('autoUpdateSchema is off', `.alter materialized-view ${view.name} autoUpdateSchema true`);
  if (view.lookback !== undefined && !sameTimespan(is.lookback, view.lookback))
    alter(`lookback is ${is.lookback || 'not set'}`, `.alter materialized-view ${view.name} lookback ${view.lookback}`);
  if (!is.enabled) alter('disabled', `.enable materialized-view ${view.name}`);
  return changes;
}

function functionChanges(
  object: FunctionObject,
  current: CurrentSchema,
  names: KustoNames,
  before: readonly SchemaChange[],
): SchemaChange[] {
  const is = current.functions.get(object.name);
  if (is === undefined) return [change(object, 'missing')];
  if (object.name === names.schema) {
    // Which release it was that changed the schema last: another release alone is no difference.
    const version = current.version?.version ?? 0;
    if (version !== SCHEMA_VERSION) return [change(object, 'different', `version ${version}, not ${SCHEMA_VERSION}`)];
    const changed = before.some(({ kind }) => kind !== 'policy') && !sameFunction(is, object.definition);
    return changed ? [change(object, 'different', `of release ${current.version?.package}`)] : [];
  }
  if (sameFunction(is, object.definition)) return [];
  return [change(object, 'different', 'of another release, or edited by hand')];
}

/** Rollup views of a level, oldest first, with their numbers. */
function olderOf(current: CurrentSchema, names: KustoNames, level: '5m' | '1h'): { name: string; number: number }[] {
  const pattern = new RegExp(`^${names.base}${level}_v(\\d{1,6})$`);
  return [...current.views.keys()]
    .flatMap((name) => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [{ name, number: Number(number) }];
    })
    .sort((a, b) => a.number - b.number);
}

function generationsOf(names: KustoNames, current: CurrentSchema, now: number): Generations {
  const [fives, hours] = rollups(names);
  const defaults = defaultGenerations(names);
  const of = (level: '5m' | '1h', wanted: ViewObject): readonly Generation[] => {
    const found = olderOf(current, names, level);
    const last = found.at(-1);
    if (last === undefined) return defaults[level];
    const generations: Generation[] = found.map(({ name }, i) => ({
      view: name,
      ...cut(i, cutOf(current.views.get(name)!.docstring), now),
      ...lacking(current.viewColumns.get(name) ?? []),
    }));
    const { query, source } = current.views.get(last.name)!;
    if (sameText(query, wanted.query) && source === wanted.source) return generations;
    const number = Math.max(last.number + 1, SCHEMA_VERSION);
    return [...generations, { view: `${names.base}${level}_v${number}`, cut: nextCut(now) }];
  };
  return { '5m': of('5m', fives!), '1h': of('1h', hours!) };
}

/** A later cut is never wrong, since the older view stays up to date: so one that is nowhere stated may lie ahead. */
function cut(index: number, stated: number | undefined, now: number): { cut?: number } {
  if (stated !== undefined) return { cut: stated };
  return index === 0 ? {} : { cut: nextCut(now) };
}

const HOUR_MS = 3_600_000;
/** A host whose clock runs ahead must not have sent rows of that hour before the view was made. */
const CLOCK_AHEAD_MS = 600_000;

export const nextCut = (now: number): number => Math.ceil((now + CLOCK_AHEAD_MS) / HOUR_MS) * HOUR_MS;

function lacking(columns: readonly string[]): { columns?: readonly string[] } {
  return rollupColumns.every(({ name }) => columns.includes(name)) ? {} : { columns };
}

function olderGenerations(generations: Generations, now: number): string[] {
  return (['5m', '1h'] as const).flatMap((level) =>
    generations[level].slice(0, -1).map(({ view }, i) => {
      const until = generations[level][i + 1]!.cut!;
      const gone = until + defaultRetention[level] * 24 * HOUR_MS;
      const use = `view ${view} is an older generation, for windows before ${new Date(until).toISOString().slice(0, 16)}Z`;
      return now < gone ? `${use}: kept` : `${use}, which retention has removed: .drop materialized-view ${view}`;
    }),
  );
}
