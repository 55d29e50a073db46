/** Writes parts through a pipeline as fast as it can, says `<id> <rows> <sum>` for each one delivered, until it is killed. */
import { Accounts } from '../../src/core/accounts.ts';
import { Dictionary } from '../../src/core/aggregate/dictionary.ts';
import type { Exporter } from '../../src/core/contracts/exporter.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { FileExporter } from '../../src/exporters/file/exporter.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../src/spool/index.ts';

const directory = process.argv[2]!;
const file = new FileExporter({ directory });
const telling: Exporter = {
  name: 'file',
  supports: file.supports,
  start: () => file.start(),
  async export(part, signal) {
    const outcome = await file.export(part, signal);
    // One short line is one write: it is there whole or not at all.
    process.stdout.write(`${part.id} ${part.rows}\n`);
    return outcome;
  },
  close: () => file.close(),
};
const dictionary = new Dictionary();
const pipeline = new Pipeline({
  exporters: [telling],
  queue: createPartQueue(),
  accounts: new Accounts(),
  dictionary,
  windowSeconds: 60,
  service: () => 'crash',
  mappingHash: 'x',
  packageVersion: '0.0.0',
  logger: silentLogger,
});
const measure = dictionary.measure('db', 'event', 's', '');
for (let round = 0; ; round++) {
  for (let i = 0; i < 1_500; i++) {
    const origin = dictionary.origin('crash', 'crash', `GET /${(i * 2_654_435_761) % 4_294_967_296}`, '');
    pipeline.table.add(round, origin, measure, Math.sqrt(i));
  }
  await pipeline.forceFlush();
}
