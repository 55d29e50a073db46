/** Which of the roles that an application needs its identity has, and what to say of one that it lacks. */

import type { KustoClient, KustoResult } from '../../kusto/client.ts';
import {
  type ApplicationRole,
  grantText,
  type Principal,
  principalName,
  principalOf,
  type Role,
  roleUses,
} from '../../kusto/grants.ts';
import { factsOf, isForbidden, type Place } from './facts.ts';
import type { SettledKustoOptions } from './options.ts';

export interface RoleFinding {
  readonly role: ApplicationRole;
  /** 'unknown': it cannot be asked. */
  readonly state: 'granted' | 'missing' | 'unknown';
  /** Of a missing one: what follows from it, and the command that grants it. */
  readonly text?: string;
  /** The service refuses to do what comes first in sending: whoever sends is told. */
  readonly sendingTells?: boolean;
}

/** How the application's own questions went: undefined where they were answered. */
export interface Attempts {
  /** For the service's containers and queues, where there are any: whoever may ingest into some database of the cluster is answered. */
  readonly toIngest: unknown;
  readonly toRead: unknown;
  readonly toSeeFailures: unknown;
}

/**
 * What was tried is believed; that the identity may ingest into this very database cannot be tried without doing it, and a service may
 * answer with an empty list of failures instead of a refusal: there the list of its own roles tells, where the service gives one.
 */
export function findRoles(
  mode: SettledKustoOptions['mode'],
  attempts: Attempts,
  held: ReadonlySet<Role> | undefined,
  missing: (role: Role, refusal: unknown, held: ReadonlySet<Role> | undefined) => string,
): RoleFinding[] {
  const listed = (role: ApplicationRole): RoleFinding['state'] =>
    held === undefined ? 'unknown' : includes(held, role) ? 'granted' : 'missing';
  const finding = (role: ApplicationRole, state: RoleFinding['state'], refusal?: unknown): RoleFinding =>
    state === 'missing' ? { role, state, text: missing(role, refusal, held) } : { role, state };

  const { toIngest, toRead, toSeeFailures } = attempts;
  const ingestor = {
    ...finding('Ingestor', isForbidden(toIngest) ? 'missing' : listed('Ingestor'), toIngest),
    sendingTells: isForbidden(toIngest),
  };
  // What is streamed is there once it is acknowledged.
  if (mode === 'streaming') return [ingestor];
  const monitor = listed('Monitor');
  return [
    ingestor,
    finding('Viewer', isForbidden(toRead) ? 'missing' : tried(toRead), toRead),
    isForbidden(toSeeFailures) || monitor === 'missing'
      ? finding('Monitor', 'missing', toSeeFailures)
      : finding('Monitor', tried(toSeeFailures)),
  ];
}

const tried = (failure: unknown): RoleFinding['state'] => (failure === undefined ? 'granted' : 'unknown');

/** A database admin may do everything, a user reads. */
function includes(held: ReadonlySet<string>, role: Role): boolean {
  return held.has(role) || held.has('Admin') || (role === 'Viewer' && held.has('User'));
}

/**
 * The roles of this identity on the database, as the service lists them; undefined where it lists none there. How scopes are written is
 * nowhere promised, so they are read with tolerance: one that names the database, or the whole cluster.
 */
export async function rolesHeld(client: KustoClient): Promise<ReadonlySet<Role> | undefined> {
  let result: KustoResult;
  try {
    result = await client.command('.show principal roles');
  } catch {
    return undefined;
  }
  const at = (name: string): number => result.columns.findIndex((column) => column.name === name);
  const [scope, display, role] = [at('Scope'), at('DisplayName'), at('Role')];
  const name = client.database.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const here = new RegExp(`(?:^|[^\\w-])${name}(?:$|[^\\w-])`, 'i');
  const held = new Set<Role>();
  for (const row of result.rows) {
    const [where, what] = [`${row[scope]} / ${row[display]}`, String(row[role])];
    const word = /admin|ingestor|viewer|monitor|user/i.exec(what)?.[0];
    if (word !== undefined && (here.test(where) || /^cluster/i.test(where) || /^AllDatabases/i.test(what)))
      held.add(`${word[0]!.toUpperCase()}${word.slice(1).toLowerCase()}` as Role);
  }
  return held.size === 0 ? undefined : held;
}

/** The service names whom it turned away. */
export function turnedAway(refusal: unknown): Principal | undefined {
  const { message } = factsOf((refusal as Partial<Error> | undefined)?.cause ?? refusal);
  return principalOf(/Principal '([^']+)' is not authorized/i.exec(message)?.[1] ?? '');
}

/** The role, what happens without it, and the command that grants it. */
export function missingRole(role: Role, place: Place, principal?: Principal, held?: ReadonlySet<Role>): string {
  const who = principal === undefined ? 'This identity' : `This identity, ${principalName(principal)},`;
  const only = held === undefined ? '' : ` (it has ${[...held].sort().join(', ')})`;
  const so = role === 'Admin' ? '' : ` Without it ${roleUses[role as ApplicationRole].without}.`;
  return `${who} lacks the role ${role} on the database '${place.database}'${only}.${so} Grant it, as database admin: ${grantText(role, place, principal)}`;
}
