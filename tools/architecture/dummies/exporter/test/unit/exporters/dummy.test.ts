/** An exporter that was added with its folder and one entry: it can be configured everywhere, and it gets the parts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { buildExporters } from '../../../src/engine/exporters.ts';
import {
  type AttributionOptions,
  configJsonSchema,
  loadOptions,
  settleOptions,
  validateAll,
  validateText,
} from '../../../src/engine/options.ts';
import { DummyExporter, partsOn } from '../../../src/exporters/dummy/exporter.ts';
import type { DummyOptions } from '../../../src/exporters/dummy/options.ts';
import { decodePartSync, rowsOf } from '../../../src/parts/part-codec.ts';
import { exporterContract, rowFields } from '../../contract/exporter-contract.ts';

let shelves = 0;
exporterContract(
  'dummy',
  async () => {
    const shelf = `contract-${++shelves}`;
    return {
      exporter: new DummyExporter({ shelf }),
      again: () => new DummyExporter({ shelf }),
      received: async () => partsOn(shelf).flatMap(({ id, body }) => [...rowsOf(decodePartSync(body, id))]),
    };
  },
  { fields: rowFields },
);

const typed: AttributionOptions = { exporters: [{ dummy: { shelf: 'left' } }, 'file'] };

it('is accepted in code, in a file and in variables', () => {
  expect(loadOptions(typed, {})).toEqual(typed);
  expect(loadOptions({ exporters: [{ dummy: {} }] }, {})).toEqual({ exporters: [{ dummy: {} }] });
  const file = validateText('exporters: [file, {dummy: {shelf: left}}]', 'a.yaml');
  expect(file).toEqual({ options: { exporters: ['file', { dummy: { shelf: 'left' } }] }, problems: [] });
  expect(loadOptions(undefined, { OTEL_ATTRIBUTION_EXPORTERS: 'dummy' })).toEqual({ exporters: [{ dummy: {} }] });
  expect(
    loadOptions(undefined, { OTEL_ATTRIBUTION_EXPORTERS: 'dummy', OTEL_ATTRIBUTION_DUMMY_SHELF: 'right' }),
  ).toEqual({ exporters: [{ dummy: { shelf: 'right' } }] });
  expect(JSON.stringify(configJsonSchema())).toContain('"shelf"');
});

it('tells what is wrong, with the way out', () => {
  const problem = (exporters: unknown) => validateAll({ exporters }, {}).problems.map(({ rule, fix }) => [rule, fix]);
  expect(problem([{ dummy: { shelf: '' } }])).toEqual([['must not be empty', 'shelf: left']]);
  expect(problem([{ dummy: { shell: 'left' } }])).toEqual([['no such option', 'did you mean shelf?']]);
  expect(problem(['dumy'])[0]?.[0]).toContain('{dummy: {...}}');
});

it('is made when it is chosen, with its defaults', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const fill = (chosen: DummyOptions, id: string) => {
    const options = settleOptions(loadOptions({ exporters: [{ dummy: chosen }], directory }, {}));
    const { exporters } = buildExporters(options, { logger: silentLogger, say: (text) => expect(text).toBe('') });
    expect(exporters.map(({ name }) => name)).toEqual(['dummy']);
    exporters[0]!.exportSync!({ id, instance: 'a', sequence: 1, sealedAt: 0, rows: 0, body: new Uint8Array() });
  };
  fill({ shelf: 'made' }, 'a-1');
  fill({}, 'a-2');
  // Loaded when it was made, by Node itself: another module than the one that the test runner has transformed.
  const loaded: { partsOn: typeof partsOn } = createRequire(import.meta.url)(
    '../../../src/exporters/dummy/exporter.ts',
  );
  expect(loaded.partsOn('made').map(({ id }) => id)).toEqual(['a-1']);
  expect(loaded.partsOn('dummy').map(({ id }) => id)).toEqual(['a-2']);
});
