/** Who may do what: tokens, roles, and the texts with which the real service refuses. */
import { forbidden, unauthorized } from './service-error.ts';

export type Role = 'Ingestor' | 'Viewer' | 'User' | 'Admin';

export interface Principal {
  /** Such as `aadapp=<client id>;<tenant id>`. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Milliseconds on the service's clock. */
  readonly expiresAt?: number;
}

/** By bearer token. Without any, everybody may do everything. */
export type Principals = ReadonlyMap<string, Principal>;

export type Permission = 'ingest' | 'resources' | 'read' | 'define' | 'administer';

const roles: Readonly<Record<Permission, readonly Role[]>> = {
  ingest: ['Ingestor', 'Admin'],
  resources: ['Ingestor', 'Admin'],
  read: ['Viewer', 'User', 'Admin'],
  define: ['User', 'Admin'],
  administer: ['Admin'],
};

/** @throws ServiceError 401 without a valid token, 403 without the role */
export function authorize(
  principals: Principals | undefined,
  authorization: string | undefined,
  permission: Permission,
  database: string,
  now: number,
): void {
  if (principals === undefined) return;
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const principal = token === undefined ? undefined : principals.get(token);
  if (principal === undefined) throw unauthorized('Authentication failed: the access token is missing or not valid.');
  if (principal.expiresAt !== undefined && now >= principal.expiresAt) {
    throw unauthorized(
      `Authentication failed: the access token expired at ${new Date(principal.expiresAt).toISOString()}.`,
    );
  }
  if (roles[permission].some((role) => principal.roles.includes(role))) return;
  throw forbidden(`Principal '${principal.name}' is not authorized to ${refusals[permission](database)}.`);
}

const refusals: Readonly<Record<Permission, (database: string) => string>> = {
  resources: () => `perform operation 'Ingest' on 'any database'`,
  ingest: (database) => `perform operation 'Ingest' on database '${database}'`,
  read: (database) => `read database '${database}'`,
  define: (database) => `write database '${database}'`,
  administer: (database) => `administer database '${database}'`,
};

/** What a command needs; tables, mappings and functions can be created by database users. */
export function permissionOf(command: string): Permission {
  if (/^\s*\.get\b/.test(command)) return 'resources';
  if (/^\s*\.show\b/.test(command)) return 'read';
  return /^\s*\.create[\w-]*\s+(table|function)\b/.test(command) ? 'define' : 'administer';
}
