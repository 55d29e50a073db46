/** Who may do what: tokens, roles, and the texts with which the real service refuses. */

import { forbidden, syntaxError, unauthorized } from './service-error.ts';
import { columnsOf, type ResultTable } from './values.ts';

export type Role = 'Ingestor' | 'Viewer' | 'Monitor' | 'User' | 'Admin';

export interface Principal {
  /** Such as `aadapp=<client id>;<tenant id>`. */
  readonly name: string;
  /** On the database. */
  readonly roles: readonly Role[];
  /** On some other database of the cluster. */
  readonly elsewhere?: readonly Role[];
  /** Milliseconds on the service's clock. */
  readonly expiresAt?: number;
}

/** By bearer token. Without any, everybody may do everything. */
export type Principals = ReadonlyMap<string, Principal>;

export type Permission = 'ingest' | 'resources' | 'read' | 'show' | 'monitor' | 'roles' | 'define' | 'administer';

/** As in "Role-based access control" and "System information" of the service's documentation. */
const roles: Readonly<Record<Permission, readonly Role[]>> = {
  ingest: ['Ingestor', 'Admin'],
  resources: ['Ingestor', 'Admin'],
  read: ['Viewer', 'User', 'Admin'],
  show: ['Viewer', 'Monitor', 'User', 'Admin'],
  monitor: ['Monitor', 'Admin'],
  roles: ['Ingestor', 'Viewer', 'Monitor', 'User', 'Admin'],
  define: ['User', 'Admin'],
  administer: ['Admin'],
};
/** A role on any database of the cluster will do. */
const anywhere: ReadonlySet<Permission> = new Set<Permission>(['resources', 'roles']);

/** @returns who asks, where that matters @throws ServiceError 401 without a valid token, 403 without the role */
export function authorize(
  principals: Principals | undefined,
  authorization: string | undefined,
  permission: Permission,
  database: string,
  now: number,
): Principal | undefined {
  if (principals === undefined) return undefined;
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const principal = token === undefined ? undefined : principals.get(token);
  if (principal === undefined) throw unauthorized('Authentication failed: the access token is missing or not valid.');
  if (principal.expiresAt !== undefined && now >= principal.expiresAt) {
    throw unauthorized(
      `Authentication failed: the access token expired at ${new Date(principal.expiresAt).toISOString()}.`,
    );
  }
  if (!may(principal, permission)) throw forbidden(refusalOf(principal.name, permission, database));
  return principal;
}

export function may({ roles: here, elsewhere = [] }: Principal, permission: Permission): boolean {
  const theirs = anywhere.has(permission) ? [...here, ...elsewhere] : here;
  return roles[permission].some((role) => theirs.includes(role));
}

const refusalOf = (name: string, permission: Permission, database: string): string =>
  `Principal '${name}' is not authorized to ${refusals[permission](database)}.`;

const refusals: Readonly<Record<Permission, (database: string) => string>> = {
  resources: () => `perform operation 'Ingest' on 'any database'`,
  roles: () => `perform operation 'Show' on 'any database'`,
  ingest: (database) => `perform operation 'Ingest' on database '${database}'`,
  read: (database) => `read database '${database}'`,
  show: (database) => `read database '${database}'`,
  monitor: (database) => `monitor database '${database}'`,
  define: (database) => `write database '${database}'`,
  administer: (database) => `administer database '${database}'`,
};

/** What a command needs; tables, mappings and functions can be created by database users. */
export function permissionOf(command: string): Permission {
  if (/^\s*\.get\b/.test(command)) return 'resources';
  if (/^\s*\.show\s+principal\s+roles\b/.test(command)) return 'roles';
  if (/^\s*\.show\s+(ingestion\s+failures|operations|database\s+(\S+\s+)?principals)\b/.test(command)) return 'monitor';
  if (/^\s*\.show\b/.test(command)) return 'show';
  return /^\s*\.create[\w-]*\s+(table|function)\b/.test(command) ? 'define' : 'administer';
}

/** Says for whom a message is; the service looks at it when it ingests, not when it takes the message. */
export const identityTokenOf = (principal: Principal | undefined): string =>
  `fake-identity-token${principal === undefined ? '' : ` ${principal.name}`}`;

/** Why whoever got that identity token may not ingest now; undefined when they may. */
export function mayNotIngest(principals: Principals | undefined, token: string, database: string): string | undefined {
  if (principals === undefined) return undefined;
  const name = token.slice(token.indexOf(' ') + 1);
  const allowed = [...principals.values()].some((one) => one.name === name && may(one, 'ingest'));
  return allowed ? undefined : refusalOf(name, 'ingest', database);
}

/** `.show principal roles`: those of who asks, anywhere in the cluster. */
export function rolesOf(principal: Principal | undefined, database: string): ResultTable {
  const { roles: here, elsewhere = [] } = principal ?? { roles: ['Admin'] as const };
  const rows = [
    ...here.map((role) => [`Database ${database}`, database, OBJECT_ID, role]),
    ...elsewhere.map((role) => ['Database Elsewhere', 'Elsewhere', OBJECT_ID, role]),
  ];
  return { columns: columnsOf('Scope:string, DisplayName:string, AADObjectID:string, Role:string'), rows };
}

const OBJECT_ID = '00000000-0000-4000-8000-000000000001';
const CHANGE =
  /^\s*\.(add|drop)\s+database\s+(?:\['([^']*)'\]|(\w+))\s+(admin|user|viewer|ingestor|monitor)s\s*\(\s*'([^']+)'\s*\)\s*$/;

/** Whether the command gives or takes roles. */
export const changesRoles = (command: string): boolean => /^\s*\.(add|drop)\s+database\b/.test(command);

/** `.add database ['D'] monitors ('aadapp=…')`, and `.drop`: the principals afterwards. @throws ServiceError */
export function withRoles(principals: Principals | undefined, command: string, database: string): Principals {
  const [, verb, quoted, plain, group, name] = CHANGE.exec(command) ?? [];
  if (verb === undefined) throw syntaxError(`SYN0002: roles are not changed like this: ${command}`);
  if ((quoted ?? plain) !== database) throw syntaxError(`SYN0002: the database is not '${database}'`);
  const role = `${group![0]!.toUpperCase()}${group!.slice(1)}` as Role;
  const changed = new Map(principals);
  for (const [token, principal] of changed) {
    if (principal.name !== name) continue;
    const others = principal.roles.filter((one) => one !== role);
    changed.set(token, { ...principal, roles: verb === 'add' ? [...others, role] : others });
  }
  return changed;
}

/** A database that is dropped takes all roles on it along. */
export const withoutRoles = (principals: Principals | undefined): Principals | undefined =>
  principals && new Map(Array.from(principals, ([token, one]) => [token, { ...one, roles: [] }]));
