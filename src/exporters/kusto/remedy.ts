import {
  clusterName,
  grantText,
  type Principal,
  principalName,
  principalOf,
  quotedForShell,
  type Role,
  roleUses,
} from '../../kusto/grants.ts';
import { DEFAULT_BASE } from '../../kusto/names.ts';
import type { Facts, Place, Stage } from './facts.ts';
import { ASK_AGAIN_MS } from './kept.ts';

/** `ingestion`: by the service, after the hand-over. */
type When = Stage | 'ingestion';

const UNKNOWN_HOST = /ENOTFOUND|EAI_AGAIN/;
const UNTRUSTED_HOST = /currently not trusted/;
const NO_DATABASE =
  /DatabaseNot(?:Exist|Found)|kind 'Database' was not found|database '?[^'.]{0,260}'? (?:could not be|was not|not) found/i;
const BAD_TOKEN = /AuthenticationFailed|InvalidAuthenticationToken|token.{0,40}expired/i;
const NOT_ALLOWED = /Forbidden|AccessDenied|not authorized/i;
const NO_MAPPING =
  /Mapping\w*NotFound|InvalidMappingReference|kind 'Mapping\w*' was not found|mapping\b.{0,200}(?:not found|wasn't found|does not exist)/is;
const NO_STREAMING = /Streaming\w*(?:NotEnabled|Disabled)|streaming ingestion.{0,120}(?:not enabled|disabled)/is;
const NO_TABLE =
  /TableNot(?:Exist|Found)|kind 'Table' was not found|table '?[^'.]{0,120}'? (?:could not be found|was not found|not found|does not exist)/i;
/** In a query: about the table, the function or the column of this name. */
const UNRESOLVED = /(?:Unknown function|Failed to resolve)[^']*'(\w+)'/i;

/** What a person can do about a failure, and the command that does it; undefined when it is about the data, or nobody can tell. */
export function remedyFor(facts: Facts, when: When, { cluster, database, table }: Place): string | undefined {
  const text = `${facts.code ?? ''} ${facts.message}`;
  const host = new URL(cluster).hostname;
  const name = clusterName(cluster);
  const flags = `--cluster ${cluster} --database ${quotedForShell(database)}${table === DEFAULT_BASE ? '' : ` --table ${table}`}`;
  const apply = `otel-attribution kusto schema --apply ${flags}`;
  const storage = when === 'upload' || when === 'enqueue';

  if (storage)
    return BAD_TOKEN.test(text)
      ? `The key to the temporary storage is not accepted. A new one is asked for, at most once in ${ASK_AGAIN_MS / 1_000} s.`
      : undefined;
  if (UNKNOWN_HOST.test(text))
    return `No cluster of the name ${host} is known to DNS. Check \`cluster\`; those you have: az kusto cluster list --query "[].uri"`;
  if (UNTRUSTED_HOST.test(text))
    return `${host} is no address of Kusto that the SDK sends tokens to. Check \`cluster\`; those you have: az kusto cluster list --query "[].uri"`;
  if (when === 'metadata') return undefined;
  if (facts.status === 401 || BAD_TOKEN.test(text))
    return 'The token was not accepted: expired, or of another tenant. A new one is fetched; if this stays, run `az login`, or check `auth`.';
  if (facts.status === 403 || NOT_ALLOWED.test(text)) return permission(when, text, { cluster, database, table });
  if (NO_MAPPING.test(text))
    return `The ingestion mapping of this release is not in the database: the schema is older, or newer. Run, as database admin: ${apply}; if the schema is newer than this release: npm i otel-attribution@latest`;
  if (NO_STREAMING.test(text) || (when === 'stream' && facts.status === 404 && !NO_TABLE.test(text)))
    return `Streaming ingestion is not enabled. Enable it: az kusto cluster update --name ${name} --resource-group <group> --enable-streaming-ingest true; then: ${apply}. Or set mode: queued.`;
  if (NO_TABLE.test(text) || (UNRESOLVED.exec(text)?.[1] ?? '').startsWith(table))
    return `The tables and functions of otel-attribution are not in the database, or older than this release. Run, as database admin: ${apply}`;
  if (NO_DATABASE.test(text))
    return `The database '${database}' is not there, or this identity may not see it. Create it: az kusto database create --cluster-name ${name} --database-name ${quotedForShell(database)} --resource-group <group> --read-write-database location=<region>`;
  return undefined;
}

/** Programs ingest, and programs and people read; the schema is a person's work. */
const roles: { readonly [W in When]?: Role } = { query: 'Viewer', command: 'Admin' };

/** The service names whom it turned away. */
const WHOM = /Principal '([^']+)' is not authorized/i;

function permission(when: When, message: string, place: Place): string {
  return missingRole(roles[when] ?? 'Ingestor', place, principalOf(WHOM.exec(message)?.[1] ?? ''));
}

/** What to say of a role that this identity lacks, and the command that grants it. */
export function missingRole(role: Role, place: Place, principal?: Principal): string {
  const who = principal === undefined ? 'This identity' : `This identity, ${principalName(principal)},`;
  const so = role === 'Admin' ? '' : ` Without it ${roleUses[role].without}.`;
  return `${who} lacks the role ${role} on the database.${so} Grant it, as database admin: ${grantText(role, place, principal)}`;
}
