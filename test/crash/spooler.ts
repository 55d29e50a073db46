/**
 * Seals parts as fast as it can and sends them through a spool until it is killed. The destination is a file: an arrival is one short line
 * appended, which is there whole or not at all. Arguments: directory, destination, `again` or `once` (what it makes of repetitions), and
 * by how many milliseconds the clock is ahead.
 */
import { appendFileSync } from 'node:fs';
import { Accounts } from '../../src/core/accounts.ts';
import { Dictionary } from '../../src/core/aggregate/dictionary.ts';
import type { Exporter } from '../../src/core/contracts/exporter.ts';
import { RetryableError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../src/spool/index.ts';

const [, , directory, destination, repetitions, ahead] = process.argv as [
  string,
  string,
  string,
  string,
  string,
  string,
];
let calls = 0;
const exporter: Exporter = {
  name: 'sink',
  supports: { idempotent: repetitions === 'again', confirm: false, sync: false },
  async export(part) {
    if (++calls % 5 === 0) throw new RetryableError('busy');
    await new Promise((resolve) => setTimeout(resolve, calls % 4));
    appendFileSync(destination, `${part.id}\n`);
    await new Promise((resolve) => setTimeout(resolve, calls % 3));
    return 'delivered';
  },
  async close() {},
};
const dictionary = new Dictionary();
const clock = { now: () => Date.now() + Number(ahead) };
const pipeline = new Pipeline({
  exporters: [exporter],
  queue: createPartQueue({ directory, clock }),
  accounts: new Accounts(),
  dictionary,
  windowSeconds: 60,
  service: () => 'crash',
  mappingHash: 'x',
  packageVersion: '0.0.0',
  logger: silentLogger,
  clock,
  delivery: { backoffMs: 2, backoffMaxMs: 4 },
});
pipeline.start();
const measure = dictionary.measure('db', 'event', 's', '');
process.stdout.write(`${pipeline.instance}\n`);
for (let round = 0; ; round++) {
  pipeline.table.add(1, dictionary.origin('crash', 'crash', `GET /${round}`, ''), measure, 1);
  pipeline.rotate();
  await new Promise((resolve) => setTimeout(resolve, 3));
}
