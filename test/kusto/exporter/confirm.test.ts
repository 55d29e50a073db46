/** What becomes of handed parts, on a clock of the test. */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConfirmState, PartHistory } from '../../../src/core/contracts/exporter.ts';
import type { Part } from '../../../src/core/model.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../src/exporters/kusto/options.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { type Stub, serviceError, startStub, v1, v2 } from './stub.ts';

/** Hundreds of questions in a test, one after the other: what a busy machine takes for them is not measured here. */
vi.setConfig({ testTimeout: 120_000 });

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

function open(options: Partial<KustoOptions> = {}, elapsed?: () => number): KustoExporter {
  const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  return new KustoExporter(
    { cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 60_000, ...options },
    { now: () => now, logger, ...(elapsed && { elapsed }) },
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
  expect(await ask(part(1), part(2))).toEqual(['arrived', 'pending']);
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
  expect(await ask(part(1))).toEqual(['pending']);
});

test('absent: open for three batching times, then missing', async () => {
  await handOver(part(1));
  now += 89 * SECOND;
  expect(await ask(part(1))).toEqual(['pending']);
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
  expect(await ask(part(1))).toEqual(['pending']);
});

test('parts of a run before this one: sent again three batching times after they were first asked about, which counts against none', async () => {
  expect(await ask(part(1), part(2))).toEqual(['pending', 'pending']);
  expect(stub.of('query').at(-1)!.parameters.From).toBe('datetime(1970-01-01T00:00:00.000Z)');
  now += 60 * SECOND;
  arrive(part(2));
  expect(await ask(part(1), part(2))).toEqual(['pending', 'arrived']);
  now += 30 * SECOND;
  expect(await ask(part(1))).toEqual(['hindered']);
});

/** As the pipeline goes on with a part: its history is kept, and what is missing is handed over again. */
class Parts {
  readonly #histories = new Map<string, PartHistory>();
  readonly out = new Map<string, ConfirmState>();

  async handOver(...parts: Part[]): Promise<void> {
    const send = (one: Part) => {
      const { missed } = this.#histories.get(one.id) ?? {};
      this.#histories.set(one.id, { sentAt: now, missed });
      return exporter.export(one, signal, { sentAt: undefined, missed });
    };
    await Promise.all(parts.map(send));
  }

  /** Asks about all that is not decided, and hands over again what is missing. Gives the ids of that. */
  async round(...parts: Part[]): Promise<string[]> {
    const open = parts.filter(({ id }) => !this.out.has(id));
    const states = await exporter.confirm(
      open.map(({ id }) => id),
      signal,
      this.#histories,
    );
    const again = open.filter(({ id }) => states.get(id) === 'missing' || states.get(id) === 'hindered');
    for (const { id } of again) {
      if (states.get(id) === 'hindered') continue;
      const { sentAt, missed } = this.#histories.get(id)!;
      this.#histories.set(id, {
        sentAt: undefined,
        missed: { times: (missed?.times ?? 0) + 1, since: missed?.since ?? sentAt! },
      });
    }
    for (const [id, state] of states) if (state === 'arrived' || typeof state === 'object') this.out.set(id, state);
    await this.handOver(...again);
    return again.map(({ id }) => id);
  }
}

/** What the service does with the blobs it got since the last call: all arrives but those that hold a guilty part. */
function ingest(guilty: readonly Part[], all: readonly Part[], say = true): number {
  const blobs = stub.of('blob').slice(ingested);
  ingested += blobs.length;
  for (const { body, path } of blobs) {
    const text = gunzipSync(body).toString();
    const inside = all.filter(({ id }) => text.includes(`"${id}"`));
    if (!inside.some((one) => guilty.includes(one))) for (const one of inside) arrive(one);
    else if (say)
      failures.push([
        '1',
        'AttributionRaw',
        new Date(now).toISOString(),
        stub.url + path,
        'malformed',
        'Permanent',
        'BadRequest_InvalidBlob',
      ]);
  }
  return blobs.length;
}
let ingested: number;
beforeEach(() => {
  ingested = 0;
});

const HOUR = 3_600 * SECOND;

describe('refused after the hand-over', () => {
  test('alone in its blob: refused, with the reason of the service', async () => {
    await handOver(part(1));
    refuse(part(1), 'The blob is malformed');
    now += 90 * SECOND;
    expect(await ask(part(1))).toEqual([
      { refused: expect.stringMatching(/BadRequest_InvalidBlob: The blob is malformed/) },
    ]);
  });

  test.each([
    ['with a reason that can be read', true],
    ['without a reason', false],
  ])('in company of 15, %s: halves travel apart until the culprit is alone', async (_, say) => {
    const all = Array.from({ length: 16 }, (_, i) => part(i + 1));
    const guilty = all[10]!;
    const parts = new Parts();
    await parts.handOver(...all);
    const blobs = [];
    const again = [];
    for (let i = 0; i < 5; i++) {
      blobs.push(ingest([guilty], all, say));
      now += 90 * SECOND;
      again.push((await parts.round(...all)).length);
    }
    expect(blobs).toEqual([1, 2, 2, 2, 2]);
    expect(again).toEqual([16, 8, 4, 2, 0]);
    for (const one of all.filter((other) => other !== guilty)) expect(parts.out.get(one.id)).toBe('arrived');
    if (say) {
      expect(parts.out.get(guilty.id)).toEqual({ refused: expect.stringContaining('malformed') });
      return;
    }
    // Nobody waits for it any more: now it takes its time, until it is sure.
    now += 23 * HOUR;
    expect(await parts.round(...all)).toEqual([]);
    expect(parts.out.has(guilty.id)).toBe(false);
    now += HOUR;
    await parts.round(...all);
    const { refused } = parts.out.get(guilty.id) as { refused: string };
    expect(refused).toMatch(
      /^did not arrive in 5 attempts \(first on 2023-11-14T22:15:00.000Z, last on .*, absent when/,
    );
    expect(refused.match(/[0-9a-f-]{36}/g)).toHaveLength(6);
    expect(refused).toMatch(new RegExp(`spool requeue ${guilty.id}$`));
  });

  test('every one at fault: each ends alone, with its reason', async () => {
    const all = [1, 2, 3, 4, 5].map(part);
    const parts = new Parts();
    await parts.handOver(...all);
    for (let i = 0; i < 4; i++) {
      ingest(all, all);
      now += 90 * SECOND;
      await parts.round(...all);
    }
    expect(all.map(({ id }) => parts.out.get(id))).toEqual(
      all.map(() => ({ refused: expect.stringContaining('malformed') })),
    );
    // 5; 3 and 2; 2 and 1, 1 and 1; 1 and 1.
    expect(stub.of('blob')).toHaveLength(1 + 2 + 4 + 2);
  });

  test('who was in bad company and arrived travels with anybody again', async () => {
    const all = [1, 2].map(part);
    const parts = new Parts();
    await parts.handOver(...all);
    ingest([all[0]!], all);
    now += 90 * SECOND;
    await parts.round(...all);
    ingest([all[0]!], all);
    now += 90 * SECOND;
    await parts.round(...all);
    expect(parts.out.get(all[1]!.id)).toBe('arrived');
    const before = stub.of('blob').length;
    await handOver(all[1]!, part(3));
    expect(stub.of('blob')).toHaveLength(before + 1);
  });

  test('for the moment: the service tries again by itself, and has ten minutes for it', async () => {
    await handOver(part(1));
    refuse(part(1), 'The service is busy', 'Transient', 'Download_Transient');
    now += 599 * SECOND;
    expect(await ask(part(1))).toEqual(['pending']);
    now += SECOND;
    expect(await ask(part(1))).toEqual(['missing']);
  });

  test('for a reason that a person can mend: it waits for that, is never set aside, and what to do is said once', async () => {
    const parts = new Parts();
    await parts.handOver(part(1));
    for (let i = 0; i < 12; i++) {
      refuse(
        part(1),
        "Mapping reference 'Attribution_v1' was not found",
        'Permanent',
        'BadRequest_MappingReferenceWasNotFound',
      );
      now += (i === 0 ? 90 : 600) * SECOND;
      expect(await parts.round(part(1))).toEqual([part(1).id]);
    }
    expect(warnings).toEqual([
      expect.stringMatching(/MappingReferenceWasNotFound.*otel-attribution kusto schema --apply/),
    ]);
  });

  describe('for a reason that a person can mend, in company', () => {
    const lacking = (one: Part): void =>
      refuse(
        one,
        "Mapping reference 'Attribution_v1' was not found",
        'Permanent',
        'BadRequest_MappingReferenceWasNotFound',
      );

    test('while nothing gets through nobody is to blame: they stay together, one message each time', async () => {
      const all = [1, 2, 3, 4].map(part);
      const parts = new Parts();
      await parts.handOver(...all);
      for (let i = 0; i < 6; i++) {
        lacking(all[0]!);
        now += 600 * SECOND;
        expect(await parts.round(...all)).toHaveLength(4);
      }
      expect(stub.of('blob')).toHaveLength(7);
      for (const one of all) arrive(one);
      expect(await parts.round(...all)).toEqual([]);
      expect(new Set(parts.out.values())).toEqual(new Set(['arrived']));
    });

    test('a host that begins anew every day sets none of them aside: what was in the way counts against nobody', async () => {
      const all = [1, 2, 3, 4].map(part);
      const parts = new Parts();
      await parts.handOver(...all);
      for (let day = 0; day < 7; day++) {
        for (let i = 0; i < 6; i++) {
          lacking(all[0]!);
          now += 600 * SECOND;
          await parts.round(...all);
        }
        await exporter.close();
        now += 24 * HOUR;
        exporter = open();
        // First a wait of its own, then it is handed over again, whatever the other process knew.
        expect(await parts.round(...all)).toEqual([]);
        now += 90 * SECOND;
        expect(await parts.round(...all)).toHaveLength(4);
      }
      expect(parts.out.size).toBe(0);
      for (const one of all) arrive(one);
      await parts.round(...all);
      expect(all.map(({ id }) => parts.out.get(id))).toEqual(all.map(() => 'arrived'));
    });

    test('while others get through it may be one of them all the same', async () => {
      const all = [1, 2, 3, 4].map(part);
      const parts = new Parts();
      await parts.handOver(...all);
      await handOver(part(9));
      arrive(part(9));
      await ask(part(9));
      lacking(all[0]!);
      now += 600 * SECOND;
      expect(await parts.round(...all)).toHaveLength(4);
      expect(stub.of('blob')).toHaveLength(1 + 1 + 2);
    });
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
});

describe('absent again and again', () => {
  /** When it was handed over, in seconds since the first time, until it is set aside. */
  async function lifeOf(one: Part, parts = new Parts()): Promise<number[]> {
    const from = now;
    const sent: number[] = [0];
    await parts.handOver(one);
    while (!parts.out.has(one.id) && now < from + 72 * HOUR) {
      now += now < from + 2 * HOUR ? 90 * SECOND : HOUR / 2;
      if ((await parts.round(one)).length > 0) sent.push((now - from) / SECOND);
    }
    expect(parts.out.get(one.id)).toEqual({ refused: expect.stringContaining('5 attempts') });
    return sent;
  }

  test('where nothing else arrives, the pauses grow: more than a day until a part is set aside', async () => {
    expect(await lifeOf(part(1))).toEqual([0, 90, 720, 4_320, 19_800]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Kusto: 1 part handed over since 2023-11-14T22:15:00.000Z did not arrive, twice or more\. Kusto records no failure for them\. .*growing pauses; one that is absent 5 times is set aside\. See: otel-attribution spool ls$/,
      ),
    ]);
    expect(now - 1_700_000_100_000).toBeGreaterThan(29 * HOUR);
  });

  test('whoever may not see failures is told which role is missing, and the part is set aside with that', async () => {
    stub.routes.mgmt = serviceError(403, 'Forbidden', 'not authorized');
    const parts = new Parts();
    expect(await lifeOf(part(1), parts)).toHaveLength(5);
    const role = /Why cannot be read: this identity lacks the role Monitor on the database\. /;
    expect(warnings).toEqual([
      expect.stringMatching(/^Kusto: This identity lacks the role Monitor .*--role Monitor;/),
      expect.stringMatching(role),
    ]);
    // The command is said once; beside the part it stands again.
    expect(warnings.join().match(/\.add database/g)).toHaveLength(1);
    const reason = new RegExp(
      `${role.source}Grant it, as database admin: \\.add database \\['shop'\\] monitors \\('aadapp=`,
    );
    expect(parts.out.get(part(1).id)).toEqual({ refused: expect.stringMatching(reason) });
  });

  test('that the failures cannot be asked for now is no reason to lose what arrived, and none to set aside soon', async () => {
    stub.routes.mgmt = serviceError(503, 'X', 'away');
    await handOver(part(1), part(2));
    arrive(part(2));
    now += 90 * SECOND;
    expect(await ask(part(1), part(2))).toEqual(['missing', 'arrived']);
  });

  test('a group waits no longer than it must when others get through', async () => {
    const all = [1, 2, 3, 4].map(part);
    const parts = new Parts();
    await parts.handOver(...all);
    now += 90 * SECOND;
    expect(await parts.round(...all)).toHaveLength(4);
    // Nothing arrives at all: that may be the service.
    now += 90 * SECOND;
    expect(await parts.round(...all)).toEqual([]);
    await handOver(part(9));
    arrive(part(9));
    await ask(part(9));
    expect(await parts.round(...all)).toHaveLength(4);
  });

  const asked = (history: PartHistory) =>
    exporter.confirm([part(1).id], signal, new Map([[part(1).id, history]])).then((states) => states.get(part(1).id));

  test('after a restart the count goes on, and the part travels alone, whatever its company was', async () => {
    const history = { sentAt: now, missed: { times: 3, since: now - HOUR } };
    expect(await asked(history)).toBe('pending');
    now += 599 * SECOND;
    expect(await asked(history)).toBe('pending');
    now += SECOND;
    expect(await asked(history)).toBe('missing');
    const again = { sentAt: undefined, missed: { ...history.missed, times: 4 } };
    await Promise.all([exporter.export(part(1), signal, again), exporter.export(part(2), signal)]);
    expect(stub.of('blob')).toHaveLength(2);
    now += 24 * HOUR;
    expect(await asked(again)).toEqual({ refused: expect.stringContaining('did not arrive in 5 attempts') });
  });

  test('a host that was off for months sends nothing again whose rows may be forgotten and counted', async () => {
    const history = { sentAt: now - 59 * 24 * HOUR, missed: undefined };
    expect(await asked(history)).toBe('pending');
    now += 90 * SECOND;
    expect(await asked(history)).toBe('hindered');
    await exporter.close();
    exporter = open();
    const older = { sentAt: now - 61 * 24 * HOUR, missed: undefined };
    expect(await asked(older)).toBe('pending');
    now += 90 * SECOND;
    expect(await asked(older)).toEqual({
      refused: expect.stringMatching(/^may have arrived: it was handed over on 2023-/),
    });
  });

  test('restarts do not keep alive what was alone before: the last wait goes on from the hand-over', async () => {
    const history = { sentAt: now - 23 * HOUR, missed: { times: 4, since: now - 40 * HOUR } };
    expect(await asked(history)).toBe('pending');
    now += HOUR - SECOND;
    expect(await asked(history)).toBe('pending');
    now += SECOND;
    expect(await asked(history)).toEqual({
      // Nobody knew in which blobs it had been: that Kusto records no failure was not asked.
      refused: expect.stringMatching(
        /^did not arrive in 5 attempts \(first on .*known to an earlier process alone, so Kusto could not be asked why\./,
      ),
    });
    expect(stub.of('mgmt').some(({ csl }) => csl!.includes('failures'))).toBe(false);
  });
});

describe.each([-24, -1, 1, 24])('the clock of the host jumps by %i h', (hours) => {
  let steady: number;
  beforeEach(async () => {
    await exporter.close();
    steady = 0;
    exporter = open({}, () => steady);
  });

  test('after the hand-over: as long as ever until a part is missing, and its refusal is found', async () => {
    await handOver(part(1));
    const truth = now;
    now += hours * HOUR;
    steady += 89 * SECOND;
    expect(await ask(part(1))).toEqual(['pending']);
    steady += SECOND;
    stub.routes.mgmt = (seen, response) => {
      // The service goes by its own clock: only what is said in spans is true for it.
      const [, span] = /FailedOn > ago\((\d+)s\)/.exec(seen.csl!)!;
      expect(Number(span)).toBe(690);
      expect(seen.csl).not.toContain(new Date(truth).toISOString().slice(0, 10));
      return v1({ IngestionSourcePath: 'string', FailureKind: 'string', Details: 'string' }, [
        [stub.url + stub.of('blob')[0]!.path, 'Permanent', 'malformed'],
      ])(seen, response);
    };
    expect(await ask(part(1))).toEqual([{ refused: expect.stringContaining('malformed') }]);
  });

  test('while the computer sleeps the steady clock stands still: failures are looked for as far back as either says', async () => {
    await handOver(part(1));
    const history = new Map([[part(1).id, { sentAt: now, missed: undefined }]]);
    now += 72 * HOUR;
    steady += 90 * SECOND;
    await exporter.confirm([part(1).id], signal, history);
    expect(stub.of('mgmt').findLast(({ csl }) => csl.includes('failures'))!.csl).toContain(
      `FailedOn > ago(${72 * 3_600 + 600}s)`,
    );
    expect(stub.of('query').at(-1)!.csl).not.toContain('AttributionRaw');
  });

  test('before the process began: a part of an earlier one is asked about for three batching times at least', async () => {
    const history = new Map([[part(1).id, { sentAt: now - hours * HOUR, missed: undefined }]]);
    const asked = () => exporter.confirm([part(1).id], signal, history).then((states) => states.get(part(1).id));
    expect(await asked()).toBe('pending');
    steady += 89 * SECOND;
    expect(await asked()).toBe('pending');
    steady += SECOND;
    expect(await asked()).toBe('hindered');
  });

  test('what the raw table may have forgotten by now is looked for in the view of rows', async () => {
    await handOver(part(1));
    now += hours * HOUR;
    steady += 13 * HOUR;
    await ask(part(1));
    expect(stub.of('query').at(-1)!.csl).toMatch(/\nAttribution\w*\n/);
    expect(stub.of('query').at(-1)!.csl).not.toContain('AttributionRaw');
  });
});

test('without the role Viewer nothing is known, and that is said once', async () => {
  stub.routes.query = serviceError(403, 'Forbidden', 'Principal is not authorized');
  await handOver(part(1));
  now += 24 * 3_600 * SECOND;
  expect(await ask(part(1))).toEqual(['pending']);
  expect(await ask(part(1))).toEqual(['pending']);
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
