import type { Command } from 'commander';
import type { KustoClient } from '../../kusto/client.ts';
import { type KustoNames, kustoNames } from '../../kusto/names.ts';
import { usage } from '../../reports/time.ts';
import { type ConnectionFlags, connectionFlags } from '../../stores/kusto/flags.ts';
import type { SchemaOptions } from '../../stores/kusto/schema/objects.ts';
import { exitCodes } from '../exit-codes.ts';
import { addFlags } from '../flags.ts';
import { colours, say } from '../output.ts';
import { version } from '../version.ts';
import { kustoOptions, kustoPlace } from './connection.ts';
import { addRetentionOptions, type RetentionFlags, retentionOf } from './retention.ts';
import { changeLine, diffJson, diffText } from './schema-text.ts';

interface SchemaFlags extends ConnectionFlags, RetentionFlags {
  readonly print?: true;
  readonly diff?: true;
  readonly apply?: true;
  readonly json?: true;
}

export function registerSchema(kusto: Command): void {
  const command = kusto
    .command('schema')
    .description('Tables, views and functions: print them, compare a database with them, or bring it to them.')
    .option('--print', 'the whole schema as a script, with the permissions needed')
    .option('--diff', 'what is missing or different; exit code 1 if anything is')
    .option('--apply', 'create and upgrade; may be run again at any time');
  addRetentionOptions(addFlags(command, connectionFlags))
    .option('--json', 'one JSON object')
    .action(async (flags: SchemaFlags) => {
      const asked = (['print', 'diff', 'apply'] as const).filter((mode) => flags[mode] === true);
      if (asked.length !== 1) throw usage('choose one of --print, --diff and --apply');
      if (asked[0] === 'print') return print(flags);
      const options = kustoOptions(flags);
      const names = kustoNames(options.table);
      const schema = await schemaOptions(names, flags);
      const { openKusto } = await import('../../exporters/kusto/client.ts');
      const client = await openKusto(options);
      try {
        await (asked[0] === 'diff' ? diff : apply)(client, names, schema, flags);
      } finally {
        await client.close();
      }
    });
}

async function schemaOptions(names: KustoNames, flags: RetentionFlags): Promise<SchemaOptions> {
  const [{ allReports }, { reportFunctions }] = await Promise.all([
    import('../../reports/all.ts'),
    import('../../reports/kql/functions.ts'),
  ]);
  return { functions: reportFunctions(names, await allReports()), package: version(), retention: retentionOf(flags) };
}

async function print(flags: SchemaFlags): Promise<void> {
  const place = kustoPlace(flags);
  const names = kustoNames(place.table);
  const options = await schemaOptions(names, flags);
  const { schemaScript } = await import('../../stores/kusto/schema/script.ts');
  const { schemaObjects } = await import('../../stores/kusto/schema/objects.ts');
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ objects: schemaObjects(names, options) }, null, 2)}\n`
      : schemaScript(names, options, place),
  );
}

async function diff(client: KustoClient, names: KustoNames, schema: SchemaOptions, flags: SchemaFlags): Promise<void> {
  const { diffSchema } = await import('../../stores/kusto/schema/apply.ts');
  const { isEqual } = await import('../../stores/kusto/schema/plan.ts');
  const { current, plan } = await diffSchema(client, names, schema, Date.now());
  const equal = isEqual(plan);
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify(diffJson(client, current, plan, equal), null, 2)}\n`
      : diffText(client, current, plan, equal, colours()),
  );
  if (!equal) process.exitCode = exitCodes.failure;
}

async function apply(client: KustoClient, names: KustoNames, schema: SchemaOptions, flags: SchemaFlags): Promise<void> {
  const { applySchema } = await import('../../stores/kusto/schema/apply.ts');
  const colour = colours(process.stderr);
  const { applied, refused, notes } = await applySchema(client, names, {
    ...schema,
    now: Date.now,
    onChange: (change, done, total, reason) => say(changeLine(change, colour, `${done}/${total}`, reason)),
  });
  const at = `database ${client.database} at ${client.cluster}`;
  if (flags.json === true) {
    const { cluster, database } = client;
    process.stdout.write(`${JSON.stringify({ cluster, database, applied, refused, notes }, null, 2)}\n`);
    return;
  }
  for (const note of notes) say(`note: ${note}`);
  process.stdout.write(
    applied.length === 0 ? `${at}: nothing to change\n` : `${at}: ${applied.length} changes made, and read back\n`,
  );
}
