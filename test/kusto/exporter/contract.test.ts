/** The contract of every exporter, on the real SDK, Azurite and a fake of the service. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../src/exporters/kusto/options.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { type Destination, exporterContract, rowFields } from '../../contract/exporter-contract.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { applySchema } from '../schema/apply.ts';
import { type Azurite, startAzurite, startFakeKusto } from '../service/index.ts';

const names = kustoNames();
let azurite: Azurite;

beforeAll(async () => {
  azurite = await startAzurite();
});

afterAll(async () => {
  await azurite.close();
});

function destination(mode: NonNullable<KustoOptions['mode']>): () => Promise<Destination> {
  return async () => {
    const fake = await startFakeKusto({ azurite: mode === 'queued' ? azurite : false });
    await applySchema((command) => fake.execute(command));
    const open = (): KustoExporter =>
      new KustoExporter({ cluster: fake.url, database: 'Telemetry', auth: 'none', mode, timeoutMs: 10_000 });
    return {
      exporter: open(),
      again: open,
      async received() {
        if (mode === 'queued') expect((await fake.ingestPending()).refused).toBe(0);
        const { columns, rows } = fake.execute(`${names.rows} | where Row >= 0`);
        return rows.map((values) => rowOf(columns, values));
      },
      cleanup: () => fake.close(),
    };
  };
}

/** Columns are named as fields are, but for their first letter. */
function rowOf(columns: readonly { readonly name: string }[], values: readonly unknown[]): Partial<Row> {
  return Object.fromEntries(
    columns.map(({ name }, i) => [`${name[0]!.toLowerCase()}${name.slice(1)}`, plain(values[i])]),
  );
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

exporterContract('kusto queued', destination('queued'), { fields: rowFields, wellFormed: true });
exporterContract('kusto streaming', destination('streaming'), { fields: rowFields, wellFormed: true });

test('a handed part is confirmed by asking the table; a part sent twice is there once', async () => {
  const { exporter, received, cleanup } = await destination('queued')();
  const signal = new AbortController().signal;
  const part = makePart([{ origin: 'a' }, { origin: 'b' }]);
  const empty = makePart([], { sequence: 2, final: true });
  await exporter.start!();
  await Promise.all([part, part, empty].map((one) => exporter.export(one, signal)));
  expect(new Set((await exporter.confirm!([part.id, empty.id], signal)).values())).toEqual(new Set(['pending']));
  await exporter.export(part, signal);
  expect(await received()).toHaveLength(2);
  const states = await exporter.confirm!([part.id, empty.id], signal);
  expect(states).toEqual(
    new Map([
      [part.id, 'arrived'],
      [empty.id, 'arrived'],
    ]),
  );
  await exporter.close();
  await cleanup!();
});
