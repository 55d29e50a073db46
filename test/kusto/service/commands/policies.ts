/** `.alter`, `.alter-merge`, `.delete` and `.show … policy …` of tables, materialized views and the database. */
import type { FakeDatabase, PolicyKind } from '../database.ts';
import type { Scanner } from '../scanner.ts';
import { badRequest, syntaxError } from '../service-error.ts';
import { parseTimespan, type ResultTable, timespanText } from '../values.ts';
import { type CommandContext, type PolicyOwner, result } from './context.ts';

const names: Readonly<Record<PolicyKind, string>> = {
  retention: 'RetentionPolicy',
  caching: 'CachingPolicy',
  ingestionbatching: 'IngestionBatchingPolicy',
  streamingingestion: 'StreamingIngestionPolicy',
  extent_tags_retention: 'ExtentTagsRetentionPolicy',
  merge: 'MergePolicy',
  sharding: 'ShardingPolicy',
  roworder: 'RowOrderPolicy',
  update: 'UpdatePolicy',
};

const isPolicyKind = (word: string): word is PolicyKind => Object.hasOwn(names, word);

export function ownerOf(
  kind: 'table' | 'materialized-view' | 'database',
  name: string,
  database: FakeDatabase,
): PolicyOwner {
  if (kind === 'database') return { policies: database.policies, entity: `[${name}]`, type: 'Database' };
  const { policies } = kind === 'table' ? database.table(name) : database.view(name);
  return { policies, entity: `[${database.name}].[${name}]`, type: kind === 'table' ? 'Table' : 'MaterializedView' };
}

function policyKind(scanner: Scanner): PolicyKind {
  scanner.expect('policy');
  const word = scanner.word().toLowerCase();
  if (!isPolicyKind(word)) throw syntaxError(`SYN0002: unknown policy '${word}'`);
  return word;
}

export function showPolicy(scanner: Scanner, owner: PolicyOwner): ResultTable {
  const kind = policyKind(scanner);
  scanner.end();
  return policyResult(kind, owner);
}

export function deletePolicy(scanner: Scanner, owner: PolicyOwner): ResultTable {
  const kind = policyKind(scanner);
  scanner.end();
  owner.policies.delete(kind);
  return policyResult(kind, owner);
}

/** The words after the entity: `policy retention softdelete = 30d`, `policy ingestionbatching '{…}'`. */
export function alterPolicy(
  scanner: Scanner,
  owner: PolicyOwner,
  mode: 'alter' | 'alter-merge',
  context: CommandContext,
) {
  const kind = policyKind(scanner);
  const previous = (owner.policies.get(kind) ?? {}) as Record<string, unknown>;
  const given = scanner.startsString ? parseJson(scanner.string()) : shorthand(kind, scanner);
  scanner.end();
  const policy = complete(kind, mode === 'alter-merge' && isRecord(given) ? { ...previous, ...given } : given);
  if (
    kind === 'streamingingestion' &&
    !context.streamingEnabled &&
    (policy as { IsEnabled?: unknown }).IsEnabled === true
  ) {
    throw badRequest('BadRequest_StreamingIngestionNotEnabled', 'Streaming ingestion is not enabled for this cluster.');
  }
  owner.policies.set(kind, policy);
  return policyResult(kind, owner);
}

function policyResult(kind: PolicyKind, { policies, entity, type }: PolicyOwner): ResultTable {
  const policy = policies.get(kind);
  const columns = 'PolicyName:string, EntityName:string, Policy:string, ChildEntities:string, EntityType:string';
  return result(columns, [
    [names[kind], entity, policy === undefined ? 'null' : JSON.stringify(policy, null, 2), '', type],
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('General_BadRequest', `Policy '${text.slice(0, 80)}' is not valid JSON.`);
  }
}

function shorthand(kind: PolicyKind, scanner: Scanner): Record<string, unknown> {
  if (kind === 'streamingingestion') {
    if (scanner.try('enable')) return { IsEnabled: true };
    scanner.expect('disable');
    return { IsEnabled: false };
  }
  if (kind === 'caching') {
    scanner.expect('hot', '=');
    const span = timespan(scanner.value());
    return { DataHotSpan: { Value: span }, IndexHotSpan: { Value: span } };
  }
  if (kind !== 'retention') throw syntaxError(`SYN0002: policy ${kind} must be given as JSON`);
  const policy: Record<string, unknown> = {};
  if (scanner.try('softdelete', '=')) policy.SoftDeletePeriod = timespan(scanner.value());
  if (scanner.try('recoverability', '=')) policy.Recoverability = recoverability(scanner.value());
  return policy;
}

function recoverability(word: string): string {
  const lower = word.toLowerCase();
  if (lower !== 'enabled' && lower !== 'disabled') throw syntaxError(`SYN0002: recoverability '${word}'`);
  return lower === 'enabled' ? 'Enabled' : 'Disabled';
}

function timespan(text: string): string {
  const ms = parseTimespan(text);
  if (ms === undefined) throw syntaxError(`SYN0002: '${text}' is not a timespan`);
  return timespanText(ms);
}

/** What the real service shows beside what was set, and what it refuses. */
function complete(kind: PolicyKind, given: unknown): unknown {
  if (!isRecord(given)) return given;
  if (kind === 'retention') return { SoftDeletePeriod: '365000.00:00:00', Recoverability: 'Enabled', ...given };
  if (kind === 'streamingingestion') return { HintAllocatedRate: null, ...given };
  if (kind !== 'ingestionbatching') return given;
  const span = parseTimespan(String(given.MaximumBatchingTimeSpan ?? '00:05:00'));
  if (span === undefined || span < 10_000 || span > 1_800_000) {
    throw badRequest('General_BadRequest', 'MaximumBatchingTimeSpan must be between 00:00:10 and 00:30:00.');
  }
  return { MaximumBatchingTimeSpan: '00:05:00', MaximumNumberOfItems: 500, MaximumRawDataSizeMB: 1024, ...given };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
