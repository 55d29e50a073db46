/** The schema as one text to paste and run. */
import { type KustoNames, SCHEMA_VERSION } from '../../../kusto/names.ts';
import { type SchemaOptions, schemaObjects } from './objects.ts';

/**
 * One command, `.execute database script`: the query window runs it as a whole as long as no line is empty.
 * @param where names of cluster and database, for the commands that give permissions
 */
export function schemaScript(
  names: KustoNames,
  options: SchemaOptions,
  where: { readonly cluster?: string; readonly database?: string } = {},
): string {
  const lines = ['.execute database script <|', ...header(names, options, where).map((line) => `// ${line}`.trimEnd())];
  for (const { kind, name, commands } of schemaObjects(names, options)) {
    lines.push('//', `// ${kind} ${name}`, ...commands.map(withoutEmptyLines));
  }
  return `${lines.join('\n')}\n`;
}

/** Who needs which role, and the commands that give it. */
export function permissionLines(where: { readonly cluster?: string; readonly database?: string }): string[] {
  const database = where.database ?? '<database>';
  const bracketed = `['${database.replaceAll(/[\\']/g, '\\$&')}']`;
  const cluster = clusterName(where.cluster) ?? '<cluster>';
  const grant = (type: string, role: string) =>
    `  az kusto database-principal-assignment create --resource-group <group> --cluster-name ${cluster} --database-name ${quotedForShell(database)} --principal-assignment-name <any name> --principal-type ${type} --principal-id <id> --role ${role}`;
  return [
    'Whoever applies the schema: Database Admin.',
    grant('User', 'Admin'),
    `  .add database ${bracketed} admins ('aaduser=<you@example.com>')`,
    'The application: Ingestor to send, Viewer to confirm what arrived. Without Viewer its parts are kept for a day and reported as unconfirmed.',
    grant('App', 'Ingestor'),
    grant('App', 'Viewer'),
    `  .add database ${bracketed} ingestors ('aadapp=<client id>;<tenant id>')`,
    `  .add database ${bracketed} viewers ('aadapp=<client id>;<tenant id>')`,
    'Whoever reads reports and dashboards: Viewer.',
    `  .add database ${bracketed} viewers ('aadgroup=<group@example.com>')`,
  ];
}

function header(names: KustoNames, options: SchemaOptions, where: Parameters<typeof permissionLines>[0]): string[] {
  return [
    `Schema version ${SCHEMA_VERSION} of otel-attribution ${options.package}, base name ${names.base}.`,
    'For a new database: paste this text into a query window and run it. Running it again sets the policies back to what stands here.',
    'A database that holds something is upgraded, and its policies kept, by: otel-attribution kusto schema --apply',
    'The last command may fail: a cluster without streaming ingestion refuses it, and only `mode: streaming` needs it.',
    '',
    'Permissions',
    ...permissionLines(where),
  ];
}

/** `mycluster` of `https://mycluster.westeurope.kusto.windows.net`. */
function clusterName(url: string | undefined): string | undefined {
  return /^https:\/\/([a-z0-9-]+)\./i.exec(url ?? '')?.[1];
}

const quotedForShell = (text: string): string =>
  /^[\w<>.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const withoutEmptyLines = (text: string): string => text.replaceAll(/\n(?:[ \t]*\n)+/g, '\n');
