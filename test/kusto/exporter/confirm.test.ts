/** What becomes of handed parts, on a clock of the test. */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfirmState } from '../../../src/core/contracts/exporter.ts';
import type { Part } from '../../../src/core/model.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../src/exporters/kusto/options.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { type Stub, serviceError, startStub, v1, v2 } from './stub.ts';

const SECOND = 1_000;
const signal = new AbortController().signal;
let stub: Stub;
let exporter: KustoExporter;
let now: number;
const warnings: string[] = [];
/** Rows and header that the table holds, by part. */
let table: Map<string, { rows: number; expected: number | null }>;
let failures: unknown[][];

beforeEach(async () => {
  stub = await startStub();
  now = 1_700_000_100_000;
  warnings.length = 0;
  table = new Map();
  failures = [];
  stub.routes.query = (seen, response) => {
    const ids: string[] = JSON.parse(/^dynamic\((.*)\)$/.exec(seen.parameters.PartIds!)![1]!);
    const rows = ids.filter((id) => table.has(id)).map((id) => [id, table.get(id)!.rows, table.get(id)!.expected]);
    return v2({ PartId: 'string', Rows: 'long', Expected: 'real' }, rows)(seen, response);
  };
  stub.routes.mgmt = (seen, response) =>
    v1(
      {
        OperationId: 'guid',
        Table: 'string',
        FailedOn: 'datetime',
        IngestionSourcePath: 'string',
        Details: 'string',
        FailureKind: 'string',
        ErrorCode: 'string',
      },
      failures,
    )(seen, response);
  exporter = open();
});

afterEach(async () => {
  await exporter.close();
  await stub.close();
});

function open(options: Partial<KustoOptions> = {}): KustoExporter {
  const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  return new KustoExporter(
    { cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 5_000, ...options },
    { now: () => now, logger },
  );
}

const part = (sequence: number): Part => makePart([{}, {}], { sequence });
const handOver = (...parts: Part[]) => Promise.all(parts.map((one) => exporter.export(one, signal)));
const ask = async (...parts: Part[]): Promise<(ConfirmState | undefined)[]> => {
  const ids = parts.map(({ id }) => id);
  const states = await exporter.confirm(ids, signal);
  for (const id of states.keys()) expect(ids).toContain(id);
  return ids.map((id) => states.get(id));
};
const arrive = (one: Part): void => void table.set(one.id, { rows: 3, expected: 2 });
/** The newest blob that holds the part, as `.show ingestion failures` shows it. */
function refuse(one: Part, details: string, kind = 'Permanent', code = 'BadRequest_InvalidBlob'): void {
  const blob = stub.of('blob').findLast(({ body }) => gunzipSync(body).includes(one.id))!;
  failures.push(['1', 'AttributionRaw', new Date(now).toISOString(), stub.url + blob.path, details, kind, code]);
}

test('there with all its rows: arrived', async () => {
  await handOver(part(1), part(2));
  arrive(part(1));
  expect(await ask(part(1), part(2))).toEqual(['arrived', undefined]);
});

test('the question names parts and times as parameters', async () => {
  await handOver(part(1));
  await ask(part(1));
  const question = stub.of('query').at(-1)!;
  expect(question.csl).toMatch(/^declare query_parameters\(PartIds:dynamic, From:datetime\);\nAttributionRaw\n/);
  expect(question.csl).not.toContain(part(1).id);
  // Ten minutes before the part was sealed: clocks differ.
  expect(question.parameters.From).toBe('datetime(2023-11-14T22:04:20.000Z)');
});

test.each([
  ['rows but no header', { rows: 2, expected: null }],
  ['a header but not all rows', { rows: 2, expected: 2 }],
])('%s: not yet', async (_, there) => {
  await handOver(part(1));
  table.set(part(1).id, there);
  expect(await ask(part(1))).toEqual([undefined]);
});

test('absent: open for three batching times, then missing', async () => {
  await handOver(part(1));
  now += 89 * SECOND;
  expect(await ask(part(1))).toEqual([undefined]);
  expect(stub.of('mgmt')).toHaveLength(0);
  now += SECOND;
  expect(await ask(part(1))).toEqual(['missing']);
});

test('handed over again: the time begins anew', async () => {
  await handOver(part(1));
  now += 90 * SECOND;
  expect(await ask(part(1))).toEqual(['missing']);
  await handOver(part(1));
  now += 60 * SECOND;
  expect(await ask(part(1))).toEqual([undefined]);
});

test('parts of a run before this one: missing three batching times after they were first asked about', async () => {
  expect(await ask(part(1), part(2))).toEqual([undefined, undefined]);
  expect(stub.of('query').at(-1)!.parameters.From).toBe('datetime(1970-01-01T00:00:00.000Z)');
  now += 60 * SECOND;
  arrive(part(2));
  expect(await ask(part(1), part(2))).toEqual([undefined, 'arrived']);
  now += 30 * SECOND;
  expect(await ask(part(1))).toEqual(['missing']);
});

describe('refused after the hand-over', () => {
  test('alone in its blob: refused, with the reason of the service', async () => {
    await handOver(part(1));
    refuse(part(1), 'The blob is malformed');
    now += 90 * SECOND;
    expect(await ask(part(1))).toEqual([
      { refused: expect.stringMatching(/BadRequest_InvalidBlob: The blob is malformed/) },
    ]);
  });

  test('in company: each is sent again alone, and only the culprit is refused', async () => {
    await handOver(part(1), part(2), part(3));
    expect(stub.of('blob')).toHaveLength(1);
    refuse(part(1), 'malformed');
    now += 90 * SECOND;
    expect(await ask(part(1), part(2), part(3))).toEqual(['missing', 'missing', 'missing']);
    await handOver(part(1), part(2), part(3));
    expect(stub.of('blob')).toHaveLength(4);
    failures = [];
    refuse(part(2), 'malformed');
    arrive(part(1));
    arrive(part(3));
    now += 90 * SECOND;
    expect(await ask(part(1), part(2), part(3))).toEqual([
      'arrived',
      { refused: expect.stringContaining('malformed') },
      'arrived',
    ]);
  });

  test('for the moment: sent again', async () => {
    await handOver(part(1));
    refuse(part(1), 'The service is busy', 'Transient', 'Download_Transient');
    now += 90 * SECOND;
    expect(await ask(part(1))).toEqual(['missing']);
  });

  test('for a reason that a person can mend: it waits, and what to do is said once', async () => {
    for (let i = 0; i < 2; i++) {
      await handOver(part(1));
      refuse(
        part(1),
        "Mapping reference 'Attribution_v1' was not found",
        'Permanent',
        'BadRequest_MappingReferenceWasNotFound',
      );
      now += 90 * SECOND;
      expect(await ask(part(1))).toEqual(['missing']);
    }
    expect(warnings).toEqual([
      expect.stringMatching(/MappingReferenceWasNotFound.*otel-attribution kusto schema --apply/),
    ]);
  });

  test('failures of others do not count', async () => {
    await handOver(part(1));
    failures.push([
      '1',
      'AttributionRaw',
      '',
      'https://x/AttributionRaw__11111111-1111-4111-8111-111111111111.multijson.gz',
      'no',
      'Permanent',
      'X',
    ]);
    now += 90 * SECOND;
    expect(await ask(part(1))).toEqual(['missing']);
  });

  test('whoever may not see failures sends again', async () => {
    stub.routes.mgmt = serviceError(403, 'Forbidden', 'not authorized');
    await handOver(part(1));
    now += 90 * SECOND;
    expect(await ask(part(1))).toEqual(['missing']);
  });
});

test('without the role Viewer nothing is known, and that is said once', async () => {
  stub.routes.query = serviceError(403, 'Forbidden', 'Principal is not authorized');
  await handOver(part(1));
  now += 24 * 3_600 * SECOND;
  expect(await ask(part(1))).toEqual([undefined]);
  expect(await ask(part(1))).toEqual([undefined]);
  expect(warnings).toEqual([expect.stringMatching(/--role Viewer/)]);
});

test('a question that fails decides nothing', async () => {
  stub.routes.query = serviceError(503, 'X', 'away');
  await handOver(part(1));
  now += 3_600 * SECOND;
  await expect(exporter.confirm([part(1).id], signal)).rejects.toMatchObject({ name: 'RetryableError' });
});

test('500 parts are asked about in one question', async () => {
  const parts = Array.from({ length: 500 }, (_, i) => part(i + 1));
  await handOver(...parts);
  for (const one of parts) arrive(one);
  const before = stub.of('query').length;
  expect(new Set(await ask(...parts))).toEqual(new Set(['arrived']));
  expect(stub.of('query').length).toBe(before + 1);
});
