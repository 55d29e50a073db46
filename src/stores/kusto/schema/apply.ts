/** Brings a database to the schema of this release. */
import { AttributionError } from '../../../core/errors.ts';
import type { KustoClient } from '../../../kusto/client.ts';
import { type KustoNames, SCHEMA_VERSION } from '../../../kusto/names.ts';
import { type CurrentSchema, readSchema, records } from './current.ts';
import type { SchemaOptions } from './objects.ts';
import { isEqual, planSchema, type SchemaChange, type SchemaPlan } from './plan.ts';

export interface ApplyOptions extends SchemaOptions {
  readonly now: () => number;
  /** Called after each change; `refused` with the reason where an optional one failed. */
  readonly onChange?: (change: SchemaChange, done: number, total: number, refused?: string) => void;
  /** How often an operation in the background is looked at. Default 2 s, at most for an hour. */
  readonly pollMs?: number;
}

export interface Applied {
  readonly applied: readonly SchemaChange[];
  readonly refused: readonly SchemaChange[];
  readonly notes: readonly string[];
}

const ROUNDS = 3;
const BACKGROUND_MS = 3_600_000;

/** What would be changed. @throws AttributionError `ATTR_STORE_VERSION` where the database is of a newer release */
export async function diffSchema(
  client: KustoClient,
  names: KustoNames,
  options: SchemaOptions,
  now: number,
): Promise<{ current: CurrentSchema; plan: SchemaPlan }> {
  const current = await readSchema(client, names);
  const { version, package: by } = current.version ?? { version: 0, package: '' };
  if (version > SCHEMA_VERSION) {
    throw new AttributionError(
      'ATTR_STORE_VERSION',
      `the database ${client.database} holds schema version ${version}, of otel-attribution ${by}; this release knows ${SCHEMA_VERSION}. Nothing was changed. Update: npm i otel-attribution@latest`,
    );
  }
  return { current, plan: planSchema(names, current, options, now) };
}

/**
 * Every command may be run again, so after an interruption, or beside another run of this, it goes on from where things are; and
 * what was done is read back.
 * @throws AttributionError `ATTR_STORE_VERSION` (newer, or what no command can mend), or the failure of a command
 */
export async function applySchema(client: KustoClient, names: KustoNames, options: ApplyOptions): Promise<Applied> {
  const applied: SchemaChange[] = [];
  const refused: SchemaChange[] = [];
  for (let round = 0; ; round++) {
    const { plan } = await diffSchema(client, names, options, options.now());
    if (plan.blocked.length > 0) throw blocked(client, names, plan.blocked);
    const todo = plan.changes.filter((change) => !refused.some(({ name }) => name === change.name));
    if (todo.length === 0) return { applied, refused, notes: plan.notes };
    if (round === ROUNDS) throw unsettled(todo);
    for (const [i, change] of todo.entries()) {
      const reason = await run(client, change, options, () => `${i} of ${todo.length}`);
      (reason === undefined ? applied : refused).push(change);
      options.onChange?.(change, i + 1, todo.length, reason);
    }
    if (isEqual(plan)) return { applied, refused, notes: plan.notes };
  }
}

/** The reason where an optional change was refused. */
async function run(
  client: KustoClient,
  change: SchemaChange,
  options: ApplyOptions,
  progress: () => string,
): Promise<string | undefined> {
  try {
    for (const command of change.commands) {
      const result = records(await client.command(command));
      if (/^\.create async /.test(command)) await finished(client, String(result[0]?.OperationId), options);
    }
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (change.optional !== undefined) return message;
    throw new AttributionError(
      error instanceof AttributionError ? error.code : 'ATTR_EXPORT_FAILED',
      `${change.kind} ${change.name}: ${message}\n${progress()} changes are made; run the same command again and it goes on from there.`,
      { cause: error },
    );
  }
}

/** Waits for an operation that the service runs in the background. */
async function finished(client: KustoClient, id: string, { pollMs = 2_000, now }: ApplyOptions): Promise<void> {
  const until = now() + BACKGROUND_MS;
  for (;;) {
    const [operation] = records(await client.command(`.show operations ${id}`));
    const state = String(operation?.State);
    if (state === 'Completed') return;
    if (!/^(InProgress|Scheduled|Throttled|undefined)$/.test(state))
      throw new AttributionError(
        'ATTR_EXPORT_FAILED',
        `the service says ${state}: ${operation?.Status ?? 'no reason'}`,
      );
    if (now() > until)
      throw new AttributionError(
        'ATTR_TIMEOUT',
        `still running after an hour; \`.show operations ${id}\` tells how far it is`,
      );
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function blocked(client: KustoClient, names: KustoNames, reasons: readonly string[]): AttributionError {
  return new AttributionError(
    'ATTR_STORE_VERSION',
    `the database ${client.database} cannot be brought to schema version ${SCHEMA_VERSION}: ${reasons.join('; ')}. Nothing was changed. Choose another base name than ${names.base} with --table, or drop what stands in the way.`,
  );
}

function unsettled(left: readonly SchemaChange[]): AttributionError {
  const names = left.map(({ kind, name, detail }) => `${kind} ${name}${detail === '' ? '' : ` (${detail})`}`);
  return new AttributionError(
    'ATTR_EXPORT_FAILED',
    `all commands succeeded, and yet the database answers that it differs in ${names.join(', ')}. Does something else change it at the same time?`,
  );
}
