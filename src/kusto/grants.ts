/** Who may do what on a database, and the commands that give it. */

/** Those of the service's roles on a database that this library needs. */
export type Role = 'Admin' | 'Ingestor' | 'Viewer' | 'Monitor';

/** What an application needs, in the order in which a part meets it. */
export const applicationRoles = ['Ingestor', 'Viewer', 'Monitor'] as const satisfies readonly Role[];
export type ApplicationRole = (typeof applicationRoles)[number];

/** What each role is for, and what happens without it. None of them may change or delete anything. */
export const roleUses: { readonly [R in ApplicationRole]: { readonly may: string; readonly without: string } } = {
  Ingestor: { may: 'add rows, and nothing else', without: 'nothing arrives: parts wait in the spool' },
  Viewer: {
    may: 'read, to see whether its parts have arrived',
    without: 'nobody learns whether parts have arrived: they stay in the spool, until that is full',
  },
  Monitor: {
    may: 'list what the service refused (`.show ingestion failures`), to learn why a part has not arrived',
    without: 'nobody learns why a part has not arrived: after a few attempts it goes to quarantine without a reason',
  },
};

/** Who is granted a role. Whatever is not known is a placeholder in angle brackets. */
export interface Principal {
  readonly type: 'App' | 'User' | 'Group';
  /** Of an application: its client id; of people: an address or an object id. */
  readonly id: string;
  readonly tenant?: string | undefined;
}

const APP: Principal = { type: 'App', id: '<application id>', tenant: '<tenant id>' };
export const YOU: Principal = { type: 'User', id: '<you@example.com>' };

export interface GrantPlace {
  readonly cluster?: string | undefined;
  readonly database?: string | undefined;
}

export interface Grant {
  /** Undefined where the database is no resource of Azure's: a free cluster, Microsoft Fabric, Synapse. */
  readonly az: string | undefined;
  /** For a query window, run by a database admin. */
  readonly kql: string;
}

/** The commands that grant a role; either will do. */
export function grantOf(role: Role, { cluster, database = '<database>' }: GrantPlace, to?: Principal): Grant {
  const principal = to ?? (role === 'Admin' ? YOU : APP);
  const { type, id, tenant } = principal;
  return {
    az: isAzureResource(cluster)
      ? `az kusto database-principal-assignment create --resource-group <group> --cluster-name ${clusterName(cluster)}` +
        ` --database-name ${quotedForShell(database)} --principal-assignment-name <any name>` +
        ` --principal-type ${type} --principal-id ${id}${tenant === undefined || tenant.startsWith('<') ? '' : ` --tenant-id ${tenant}`} --role ${role}`
      : undefined,
    kql: `.add database ${bracketed(database)} ${role.toLowerCase()}s ('${principalName(principal)}')`,
  };
}

/** Both ways in one sentence. */
export function grantText(role: Role, place: GrantPlace, to?: Principal): string {
  const { az, kql } = grantOf(role, place, to);
  return az === undefined ? kql : `${az}; or in KQL: ${kql}`;
}

/** As the service writes it: `aadapp=<client id>;<tenant id>`. */
export function principalName({ type, id, tenant }: Principal): string {
  return `aad${type.toLowerCase()}=${id}${tenant === undefined ? '' : `;${tenant}`}`;
}

/** The reverse; undefined for what is not of Microsoft Entra. */
export function principalOf(name: string): Principal | undefined {
  const [, type, id, tenant] = /^aad(app|user|group)=([^;'\s]+)(?:;([^;'\s]+))?$/i.exec(name) ?? [];
  if (type === undefined) return undefined;
  return { type: types[type.toLowerCase() as keyof typeof types], id: id!, tenant };
}

const types = { app: 'App', user: 'User', group: 'Group' } as const;

/** Whether `az kusto` knows it. */
export function isAzureResource(cluster: string | undefined): boolean {
  return (
    !isFreeCluster(cluster) &&
    !/^https:\/\/[\w.-]+\.(?:microsoft\.com|azuresynapse\.net)(?:[:/]|$)/i.test(cluster ?? '')
  );
}

/** Their names are given by the service: https://kvc….northeurope.kusto.windows.net. */
export function isFreeCluster(cluster: string | undefined): boolean {
  return /^https:\/\/kvc[a-z0-9]{10,}\.[\w-]+\.kusto\.windows\.net(?:[:/]|$)/i.test(cluster ?? '');
}

/** `mycluster` of `https://mycluster.westeurope.kusto.windows.net`. */
export function clusterName(url: string | undefined): string {
  return /^https:\/\/([a-z0-9-]+)\./i.exec(url ?? '')?.[1] ?? '<cluster>';
}

const bracketed = (name: string): string => `['${name.replaceAll(/[\\']/g, '\\$&')}']`;

export const quotedForShell = (text: string): string =>
  /^[\w<>.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
