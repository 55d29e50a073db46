/** Adds 30,000 rows, rotates, and leaves in the way its second argument says, in the middle of sealing. */
import { Accounts } from '../../src/core/accounts.ts';
import { Dictionary } from '../../src/core/aggregate/dictionary.ts';
import type { Exporter } from '../../src/core/contracts/exporter.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { FileExporter } from '../../src/exporters/file/exporter.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../src/spool/index.ts';

const [, , directory, way, turns] = process.argv as [string, string, string, string, string];
const hanging: Exporter = {
  name: 'hanging',
  supports: { idempotent: false, confirm: false, sync: false },
  export: () => new Promise(() => {}),
  close: () => new Promise(() => {}),
};
const dictionary = new Dictionary();
const pipeline = new Pipeline({
  exporters: [new FileExporter({ directory }), hanging],
  queue: createPartQueue({ directory }),
  accounts: new Accounts(),
  dictionary,
  windowSeconds: 60,
  service: () => 'leaver',
  mappingHash: 'x',
  packageVersion: '0.0.0',
  logger: silentLogger,
});
pipeline.start();
process.on('exit', () => pipeline.flushSync());
const measure = dictionary.measure('db', 'event', 's', '');
for (let i = 0; i < 30_000; i++) {
  pipeline.table.add(1, dictionary.origin('leaver', 'leaver', `GET /${i}`, ''), measure, i);
}
pipeline.rotate();
pipeline.table.add(1, dictionary.origin('leaver', 'leaver', 'last', ''), measure, 1);
for (let i = 0; i < Number(turns); i++) await new Promise((resolve) => setImmediate(resolve));

if (way === 'exit') process.exit(3);
if (way === 'throw') throw new Error('on purpose');
if (way === 'shutdown') await pipeline.shutdown(1_500);
// 'end': nothing holds the process any more.
