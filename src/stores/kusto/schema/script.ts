/** The schema as one text to paste and run. */
import {
  applicationRoles,
  type GrantPlace,
  grantOf,
  type Principal,
  type Role,
  roleUses,
} from '../../../kusto/grants.ts';
import { type KustoNames, SCHEMA_VERSION } from '../../../kusto/names.ts';
import { type SchemaOptions, schemaObjects } from './objects.ts';

/**
 * One command, `.execute database script`: the query window runs it as a whole as long as no line is empty.
 * @param where names of cluster and database, for the commands that give permissions
 */
export function schemaScript(names: KustoNames, options: SchemaOptions, where: GrantPlace = {}): string {
  const lines = ['.execute database script <|', ...header(names, options, where).map((line) => `// ${line}`.trimEnd())];
  for (const { kind, name, commands } of schemaObjects(names, options)) {
    lines.push('//', `// ${kind} ${name}`, ...commands.map(withoutEmptyLines));
  }
  return `${lines.join('\n')}\n`;
}

/** Who needs which role, and the commands that give it. */
export function permissionLines(where: GrantPlace): string[] {
  const commands = (role: Role, to?: Principal): string[] => {
    const { az, kql } = grantOf(role, where, to);
    return [...(az === undefined ? [] : [`  ${az}`]), `  ${kql}`];
  };
  return [
    'Whoever applies the schema: Database Admin.',
    ...commands('Admin'),
    'The application, which may then neither change nor delete anything:',
    ...applicationRoles.flatMap((role) => [
      `${role}: it may ${roleUses[role].may}. Without: ${roleUses[role].without}.`,
      ...commands(role),
    ]),
    'Whoever reads reports and dashboards: Viewer.',
    ...commands('Viewer', { type: 'Group', id: '<group@example.com>' }),
    ...(where.cluster === undefined
      ? [
          'A free cluster and Microsoft Fabric know no `az kusto`: there the second line of each pair, in a query window.',
        ]
      : []),
  ];
}

function header(names: KustoNames, options: SchemaOptions, where: GrantPlace): string[] {
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

const withoutEmptyLines = (text: string): string => text.replaceAll(/\n(?:[ \t]*\n)+/g, '\n');
