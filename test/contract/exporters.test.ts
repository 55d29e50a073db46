import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'vitest';
import type { Row } from '../../src/core/row.ts';
import { ConsoleExporter } from '../../src/exporters/console/exporter.ts';
import { FileExporter } from '../../src/exporters/file/exporter.ts';
import { MemoryExporter } from '../../src/exporters/memory/exporter.ts';
import { OtlpExporter } from '../../src/exporters/otlp/exporter.ts';
import { decodePart, rowsOf } from '../../src/parts/part-codec.ts';
import { listParts } from '../../src/parts/part-files.ts';
import { installDirectory, whyNotInstalled } from '../installs/install.ts';
import { type Destination, exporterContract, rowFields } from './exporter-contract.ts';
import { otlpServer } from './otlp-server.ts';

exporterContract(
  'memory',
  async () => {
    const exporter = new MemoryExporter();
    return { exporter, received: async () => exporter.rows() };
  },
  { fields: rowFields },
);

exporterContract(
  'file',
  async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'attribution-'));
    return {
      exporter: new FileExporter({ directory }),
      again: () => new FileExporter({ directory }),
      received: async () => {
        const rows: Row[] = [];
        const folder = path.join(directory, 'local');
        for (const name of await listParts(folder))
          rows.push(...rowsOf(await decodePart(await readFile(path.join(folder, name)))));
        return rows;
      },
      cleanup: () => rm(directory, { recursive: true, force: true }),
    };
  },
  { fields: rowFields },
);

// People read it: names are cut and cleaned, so only the numbers are compared.
exporterContract(
  'console',
  async () => {
    const texts: string[] = [];
    const exporter = new ConsoleExporter({ maxRows: 20_000, write: (text) => void texts.push(text) });
    return { exporter, received: async () => rowsOfText(texts.join('')) };
  },
  { fields: ['value', 'count'] },
);

// A point has the time of its part: the windows of a part are one there.
const otlpFields: (keyof Row)[] = rowFields.filter(
  (field) => !['partId', 'row', 'sealedAt', 'windowStart', 'windowSeconds', 'exemplarTraceId'].includes(field),
);

function otlp(resolveFrom?: readonly string[]): () => Promise<Destination> {
  return async () => {
    const server = await otlpServer();
    const exporter = new OtlpExporter({ url: server.url, timeoutMs: 5_000, ...(resolveFrom && { resolveFrom }) });
    return { exporter, received: async () => server.rows(), cleanup: () => server.close() };
  };
}

exporterContract('otlp', otlp(), { fields: otlpFields });

const missing = whyNotInstalled('sdk-2');
if (missing === '')
  exporterContract('otlp with the 2.x SDK line', otlp([path.join(installDirectory('sdk-2'), 'package.json')]), {
    fields: otlpFields,
  });
else describe('otlp with the 2.x SDK line', () => test.skip(missing, () => {}));

/** Every line of a table ends in value, unit, count and perhaps attributes; the columns are where the head says. */
function rowsOfText(text: string): Partial<Row>[] {
  const rows: Partial<Row>[] = [];
  let head = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('attribution part')) head = '';
    else if (line.startsWith('window')) head = line;
    else if (head !== '' && line !== '') {
      const cell = (name: string): number => {
        const end = head.indexOf(name) + name.length;
        return Number(line.slice(0, end).match(/\S+$/)?.[0]);
      };
      rows.push({ value: cell('value'), count: cell('count') });
    }
  }
  return rows;
}
