import { clusterName, isAzureResource, isFreeCluster, type Role } from '../../kusto/grants.ts';
import type { Facts, Place, Stage } from './facts.ts';
import { ASK_AGAIN_MS } from './kept.ts';
import { applyCommand, type Reason, reasonOfCode, reasons, vague } from './reasons.ts';
import { missingRole, turnedAway } from './roles.ts';

/** `ingestion`: by the service, after the hand-over. */
export type When = Stage | 'ingestion';

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
/** In a query: about the table, the function or the column of this name. A function of another release may take other arguments. */
const UNRESOLVED = /(?:Unknown function|Failed to resolve)[^']*'(\w+)'|\b(\w+)\(\): function expects\b/i;

/** What a person can do about a failure, and the command that does it; undefined when it is about the data, or nobody can tell. */
export function remedyFor(facts: Facts, when: When, place: Place): string | undefined {
  const { cluster, table } = place;
  const text = `${facts.code ?? ''} ${facts.message}`;
  const host = new URL(cluster).hostname;
  const storage = when === 'upload' || when === 'enqueue';

  if (storage)
    return BAD_TOKEN.test(text)
      ? `The key to the temporary storage is not accepted. A new one is asked for, at most once in ${ASK_AGAIN_MS / 1_000} s.`
      : undefined;
  if (UNKNOWN_HOST.test(text))
    return `No cluster of the name ${host} is known to DNS. Check \`cluster\`; those you have: az kusto cluster list --query "[].uri"; of an Eventhouse in Fabric it is the Query URI in its details`;
  if (UNTRUSTED_HOST.test(text))
    return `${host} is no address of Kusto that the SDK sends tokens to. Check \`cluster\`; those you have: az kusto cluster list --query "[].uri"; of an Eventhouse in Fabric it is the Query URI in its details`;
  if (when === 'metadata')
    return facts.status === 403
      ? 'That is no matter of permissions on the database: a proxy, a firewall, or the network rules of the cluster do not let this host through.'
      : undefined;
  const known = reasonOf(facts, when);
  if (known !== undefined && known !== reasons.role) return mending(known, place);
  if (known === undefined && (facts.status === 401 || BAD_TOKEN.test(text)))
    return 'The token was not accepted: expired, or of another tenant. A new one is fetched; if this stays, run `az login`, or check `auth`.';
  if (known === reasons.role || facts.status === 403 || NOT_ALLOWED.test(text))
    return missingRole(roles[when] ?? 'Ingestor', place, turnedAway(facts));
  if (NO_MAPPING.test(text)) return mending(reasons.mapping, place);
  if (NO_STREAMING.test(text) || (when === 'stream' && facts.status === 404 && !NO_TABLE.test(text)))
    return `Streaming ingestion is not enabled. ${enableStreaming(place)} Or set mode: queued.`;
  const [, name, called = name ?? ''] = UNRESOLVED.exec(text) ?? [];
  if (NO_TABLE.test(text) || called.startsWith(table)) return mending(reasons.table, place);
  if (NO_DATABASE.test(text)) return mending(reasons.database, place);
  return isIngestion(when) ? mending(reasons[reasonOfCode[codeOf(facts)] ?? 'busy'], place) : undefined;
}

/** What the code of an ingestion says for sure. */
export function reasonOf(facts: Facts, when: When): Reason | undefined {
  const code = codeOf(facts);
  const name = isIngestion(when) && !vague.has(code) ? reasonOfCode[code] : undefined;
  return name && reasons[name];
}

const isIngestion = (when: When): boolean => when === 'ingestion' || when === 'stream';

/** `BadRequest_TableNotExist` of what may be followed by more. */
const codeOf = ({ code = '' }: Facts): string => /^\w+/.exec(code)?.[0] ?? '';

const mending = ({ means, mend }: Reason, place: Place): string | undefined => mend && `${means} ${mend(place)}`;

/** Programs ingest, and programs and people read; the schema is a person's work. */
const roles: { readonly [W in When]?: Role } = { query: 'Viewer', command: 'Admin' };

/** A free cluster cannot; in Fabric and Synapse it is a matter of the table alone. */
function enableStreaming(place: Place): string {
  if (isFreeCluster(place.cluster)) return 'A free cluster has none.';
  const cluster = isAzureResource(place.cluster)
    ? `az kusto cluster update --name ${clusterName(place.cluster)} --resource-group <group> --enable-streaming-ingest true; then: `
    : '';
  return `Enable it: ${cluster}${applyCommand(place)}.`;
}
