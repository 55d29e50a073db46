/** A service that puts load into a directory: `writer-child.ts <directory> <service> <origin> <operations>`. Prints what it added. */
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { FileExporter } from '../../../src/exporters/file/exporter.ts';
import { Pipeline } from '../../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../../src/spool/index.ts';

const [directory, service, name, operations] = process.argv.slice(2) as [string, string, string, string];
const dictionary = new Dictionary();
const pipeline = new Pipeline({
  exporters: [new FileExporter({ directory })],
  queue: createPartQueue(),
  dictionary,
  accounts: new Accounts(),
  windowSeconds: 1,
  service: () => service,
  mappingHash: 'm1',
  packageVersion: '0.1.0',
  logger: silentLogger,
});
pipeline.start();
const origin = dictionary.origin(service, service, name);
const calls = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's');
const request = dictionary.measure(`service://${service}`, 'http.server.request.duration', 's');
const n = Number(operations);
for (let i = 0; i < n; i++) {
  const window = Math.floor(Date.now() / 1000);
  pipeline.table.add(window, origin, request, 1 / 64);
  for (let k = 0; k < 3; k++) pipeline.table.add(window, origin, calls, 1 / 1024);
  if (i % 100 === 99) {
    // Many small parts, while the reader reads.
    if (i % 300 === 299) pipeline.rotate();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
await pipeline.shutdown();
process.stdout.write(JSON.stringify({ requests: n, calls: 3 * n }));
