/** What the exporter puts on the wire. */

import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KustoOptions } from '../../../src/config/options.ts';
import { KustoExporter, type KustoInternals } from '../../../src/exporters/kusto/index.ts';
import { makePart } from '../../unit/spool/make-part.ts';
import { type Stub, startStub } from './stub.ts';

let stub: Stub;
const open: KustoExporter[] = [];
const signal = new AbortController().signal;

beforeEach(async () => {
  stub = await startStub();
});

afterEach(async () => {
  for (const exporter of open.splice(0)) await exporter.close();
  await stub.close();
});

function exporterOf(options: Partial<KustoOptions> = {}, internals: KustoInternals = {}): KustoExporter {
  const exporter = new KustoExporter(
    { cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 5_000, ...options },
    internals,
  );
  open.push(exporter);
  return exporter;
}

const part = (sequence: number, rows = 2) =>
  makePart(
    Array.from({ length: rows }, (_, i) => ({ origin: `GET /p${sequence}/${i}`, value: i })),
    { sequence },
  );

const linesOf = (body: Buffer): { PartId: string; Row: number; Value: number }[] =>
  gunzipSync(body)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('queued', () => {
  test('a part is one blob, compressed once, and one message', async () => {
    const exporter = exporterOf();
    await exporter.start();
    expect(await exporter.export(part(1, 3), signal)).toBe('handed');
    const [blob] = stub.of('blob');
    expect(stub.of('blob')).toHaveLength(1);
    expect(linesOf(blob!.body).map(({ Row }) => Row)).toEqual([0, 1, 2, -1]);
    expect(linesOf(blob!.body).at(-1)).toMatchObject({ Value: 3, Event: 'attribution.part' });
    const [message] = stub.messages();
    expect(stub.messages()).toHaveLength(1);
    expect(message).toMatchObject({
      Id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      RawDataSize: gunzipSync(blob!.body).length,
      DatabaseName: 'shop',
      TableName: 'AttributionRaw',
      FlushImmediately: false,
      ReportLevel: 0,
      ReportMethod: 0,
      AdditionalProperties: {
        authorizationContext: 'identity',
        format: 'multijson',
        ingestionMappingReference: 'Attribution_v1',
        ingestionMappingType: 'Json',
      },
    });
    expect(Object.keys(message!.AdditionalProperties).sort()).toEqual([
      'authorizationContext',
      'format',
      'ingestionMappingReference',
      'ingestionMappingType',
    ]);
    expect(message!.BlobPath.split('?')[0]).toBe(`${stub.url}${blob!.path}`);
    expect(blob!.path).toContain(message!.Id);
    expect(blob!.path).toMatch(/\.multijson\.gz$/);
  });

  test('parts exported at once share a blob; each has its own answer', async () => {
    const exporter = exporterOf();
    await exporter.start();
    const broken = { ...part(3), body: new Uint8Array([1, 2, 3]) };
    const results = await Promise.allSettled([part(1), part(2), broken].map((one) => exporter.export(one, signal)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: { code: 'ATTR_PART_CORRUPT' } });
    expect(stub.of('blob')).toHaveLength(1);
    expect(new Set(linesOf(stub.of('blob')[0]!.body).map(({ PartId }) => PartId)).size).toBe(2);
  });
});
