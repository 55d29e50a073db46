/** What `kusto schema` says of a database. */
import type { KustoClient } from '../../kusto/client.ts';
import { SCHEMA_VERSION } from '../../kusto/names.ts';
import type { CurrentSchema } from '../../stores/kusto/schema/current.ts';
import type { SchemaChange, SchemaPlan } from '../../stores/kusto/schema/plan.ts';
import type { colours } from '../output.ts';

type Colours = ReturnType<typeof colours>;

/** `3/14 table AttributionRaw: missing`, and why an optional one was refused. */
export function changeLine(change: SchemaChange, colour: Colours, place: string, refused?: string): string {
  const what = `${place} ${change.kind} ${change.name}`;
  if (refused !== undefined) return `${colour.yellow(`${what}: refused`)}: ${refused} (${change.optional})`;
  const detail = change.detail === '' ? change.state : `${change.state} (${change.detail})`;
  return `${what}: ${colour.dim(`was ${detail}`)}`;
}

export function diffText(
  client: KustoClient,
  current: CurrentSchema,
  plan: SchemaPlan,
  equal: boolean,
  colour: Colours,
): string {
  const lines = [`database ${client.database} at ${client.cluster}: ${versionText(current)}`];
  for (const reason of plan.blocked) lines.push(`  ${colour.red('blocked')}    ${reason}`);
  for (const { kind, name, state, detail, optional } of plan.changes) {
    const why = [detail, optional === undefined ? '' : `optional: ${optional}`]
      .filter((text) => text !== '')
      .join('; ');
    const mark = optional === undefined ? colour.yellow(state.padEnd(9)) : colour.dim(state.padEnd(9));
    lines.push(`  ${mark}  ${kind} ${name}${why === '' ? '' : `: ${why}`}`);
  }
  for (const note of plan.notes) lines.push(`  ${colour.dim('note')}       ${note}`);
  if (equal) lines.push(colour.green('Equal.'));
  else if (plan.blocked.length > 0)
    lines.push('What is blocked no command can mend: choose another base name with --table.');
  else lines.push('To mend it: the same command with --apply instead of --diff');
  return `${lines.join('\n')}\n`;
}

export function diffJson(client: KustoClient, current: CurrentSchema, plan: SchemaPlan, equal: boolean) {
  return {
    cluster: client.cluster,
    database: client.database,
    version: current.version ?? null,
    expected: SCHEMA_VERSION,
    equal,
    changes: plan.changes,
    blocked: plan.blocked,
    notes: plan.notes,
  };
}

function versionText({ version }: CurrentSchema): string {
  if (version === undefined) return 'no schema yet';
  const than = version.version === SCHEMA_VERSION ? '' : `, this release has ${SCHEMA_VERSION}`;
  return `schema version ${version.version} of otel-attribution ${version.package}${than}`;
}
