/**
 * The contract of every exporter, as one suite: in-memory ones, files, network protocols and stores run the same tests.
 * What an exporter declares not to support is skipped, visibly.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Exporter } from '../../src/core/contracts/exporter.ts';
import { AttributionError } from '../../src/core/errors.ts';
import type { Part } from '../../src/core/model.ts';
import { type Row, sumLane } from '../../src/core/row.ts';
import { decodePartSync, rowsOf } from '../../src/parts/part-codec.ts';
import { makePart, type SampleRow } from '../unit/parts/make-part.ts';

/** Every field of a row, for destinations that keep all. */
export const rowFields: readonly (keyof Row)[] = sumLane.map(({ name }) => name);

export interface Destination {
  /** Not started yet. */
  readonly exporter: Exporter;
  /** Everything the destination holds now, whoever sent it; each row with at least the `fields` of the contract. */
  received(): Promise<readonly Partial<Row>[]>;
  /** Another exporter to the same destination, as after a restart. */
  again?(): Exporter;
  cleanup?(): Promise<void>;
}

export interface ContractOptions {
  /** Columns that the destination shows exactly as sent. */
  readonly fields: readonly (keyof Row)[];
  /** Rows of the large part; default 10,000, the most a part may hold. */
  readonly bigRows?: number;
  /** The destination holds Unicode text only: half a surrogate pair becomes U+FFFD there. */
  readonly wellFormed?: boolean;
}

const hostile = [
  '',
  ' ',
  '\0',
  'a\nb\r\nc\td',
  `'; DROP TABLE rows; --`,
  '"},{"origin":"forged',
  '\u001b[31mred\u001b[0m',
  'zażółć 漢字 🦄',
  '\u202Egnp.exe',
  '\ud800',
  '__proto__',
  '../../../etc/passwd',
  `$\{jndi:ldap://x}`,
  'x'.repeat(512),
];

export function exporterContract(
  name: string,
  factory: () => Promise<Destination>,
  { fields, bigRows = 10_000, wellFormed = false }: ContractOptions,
): void {
  describe(`exporter contract: ${name}`, () => {
    const cleanups: (() => Promise<unknown>)[] = [];
    const signal = new AbortController().signal;

    async function open(start = true): Promise<Destination> {
      const destination = await factory();
      cleanups.push(async () => {
        await destination.exporter.close();
        await destination.cleanup?.();
      });
      if (start) await destination.exporter.start?.();
      return destination;
    }

    afterEach(async () => {
      for (const cleanup of cleanups.splice(0)) await cleanup();
    });

    /** The rows of parts as the destination should show them. */
    const shown = (rows: Iterable<Partial<Row>>): string[] =>
      [...rows].map((row) => JSON.stringify(fields.map((field) => row[field]))).sort();
    const rowsOfParts = (...parts: Part[]): Row[] => parts.flatMap((part) => [...rowsOf(decodePartSync(part.body))]);
    async function expectExactly(destination: Destination, ...parts: Part[]): Promise<void> {
      const received = shown(await destination.received());
      const rows = rowsOfParts(...parts);
      const expected = shown(wellFormed ? rows.map(toWellFormed) : rows);
      expect(received.length).toBe(expected.length);
      expect(received).toEqual(expected);
    }

    const sample = (sequence: number, rows = 3): Part =>
      makePart(
        Array.from({ length: rows }, (_, i) => ({
          origin: `GET /p${sequence}/${i}`,
          value: i + 0.5,
          count: 2,
          samples: 2,
          min: 0.25,
          max: i + 0.25,
        })),
        { sequence },
      );

    test('what is exported is there once, with all its rows', async () => {
      const destination = await open();
      const part = sample(1);
      expect(await destination.exporter.export(part, signal)).toMatch(/^(delivered|handed)$/);
      await expectExactly(destination, part);
    });

    test('parts sent at once all arrive', async () => {
      const destination = await open();
      const parts = [1, 2, 3, 4].map((sequence) => sample(sequence));
      await Promise.all(parts.map((part) => destination.exporter.export(part, signal)));
      await expectExactly(destination, ...parts);
    });

    test('start may be called again', async () => {
      const destination = await open();
      await destination.exporter.start?.();
      await destination.exporter.export(sample(1), signal);
      await expectExactly(destination, sample(1));
    });

    test('a large part', async () => {
      const destination = await open();
      const part = sample(1, bigRows);
      await destination.exporter.export(part, signal);
      await expectExactly(destination, part);
    });

    test('a part without rows', async () => {
      const destination = await open();
      await destination.exporter.export(makePart([], { final: true }), signal);
      expect(await destination.received()).toHaveLength(0);
    });

    test('strings of any shape stay what they are, and harm nothing', async () => {
      const destination = await open();
      const rows: SampleRow[] = hostile.map((text, i) => ({
        origin: text,
        target: text,
        event: text,
        unit: text,
        service: text,
        attributes: JSON.stringify({ [text]: text }),
        value: i,
      }));
      const part = makePart(rows);
      await destination.exporter.export(part, signal);
      await expectExactly(destination, part);
    });

    test('numbers at the ends of their range, and rows without samples', async () => {
      const destination = await open();
      const part = makePart([
        { origin: 'big', value: 2 ** 53, count: 2 ** 53, samples: 2 ** 53 },
        { origin: 'huge', value: 1e300 },
        { origin: 'small', value: 5e-324 },
        { origin: 'negative', value: -1.5 },
        { origin: 'share', value: 2.5, count: 0, samples: 0, min: null, max: null },
        { origin: 'weighted', value: 300, count: 100, samples: 1, min: 3, max: 3 },
      ]);
      await destination.exporter.export(part, signal);
      await expectExactly(destination, part);
    });

    test('close is idempotent, at once and later, started or not', async () => {
      const { exporter } = await open();
      await Promise.all([exporter.close(), exporter.close()]);
      await exporter.close();
      const { exporter: never } = await open(false);
      await never.close();
      await never.close();
    });

    test('close while exporting: the export settles, and a part is there whole or not at all', async () => {
      const destination = await open();
      const part = sample(1, 50);
      const exporting = destination.exporter.export(part, signal).then(
        (outcome) => ({ outcome, error: undefined }),
        (error: unknown) => ({ outcome: undefined, error }),
      );
      await destination.exporter.close();
      const { outcome, error } = await exporting;
      if (outcome === undefined) expect(error).toBeInstanceOf(AttributionError);
      const received = await destination.received();
      expect([0, 50]).toContain(received.length);
      if (outcome === 'delivered') expect(received).toHaveLength(50);
    });

    test('use after close is refused with a clear error', async () => {
      const destination = await open();
      await destination.exporter.close();
      await expect(destination.exporter.export(sample(1), signal)).rejects.toMatchObject({
        code: 'ATTR_USAGE',
        message: /closed/,
      });
      expect(await destination.received()).toHaveLength(0);
    });

    test('a signal that has aborted already: nothing is sent', async () => {
      const destination = await open();
      const refused = destination.exporter.export(sample(1), AbortSignal.abort());
      await expect(refused).rejects.toBeInstanceOf(AttributionError);
      expect(await destination.received()).toHaveLength(0);
      await destination.exporter.export(sample(2), signal);
      await expectExactly(destination, sample(2));
    });

    test('an abort in the middle settles the export, and the next one works', async () => {
      const destination = await open();
      const controller = new AbortController();
      const exporting = destination.exporter.export(sample(1, 2_000), controller.signal).then(
        () => undefined,
        (error: unknown) => error,
      );
      controller.abort();
      const error = await exporting;
      if (error !== undefined) expect(error).toBeInstanceOf(AttributionError);
      await destination.exporter.export(sample(2), signal);
      const later = (await destination.received()).length;
      expect(later).toBeGreaterThanOrEqual(3);
    });

    // Reads what the exporter declares without opening anything: factories are cheap until `start`.
    const declared = async (feature: keyof Exporter['supports']): Promise<boolean> => {
      const { exporter } = await open(false);
      return exporter.supports[feature];
    };

    test('idempotent: the same part twice, also at once and after a restart, is there once', async ({ skip }) => {
      if (!(await declared('idempotent'))) skip(`${name} does not support sending a part twice`);
      const destination = await open();
      const part = sample(1);
      await Promise.all([destination.exporter.export(part, signal), destination.exporter.export(part, signal)]);
      await destination.exporter.export(part, signal);
      if (destination.again !== undefined) {
        await destination.exporter.close();
        const restarted = destination.again();
        await restarted.start?.();
        await restarted.export(part, signal);
        await restarted.close();
      }
      await expectExactly(destination, part);
    });

    test('sync: what is exported at exit is there when the call returns, started or not', async ({ skip }) => {
      if (!(await declared('sync'))) skip(`${name} does not support exportSync`);
      for (const start of [true, false]) {
        const destination = await open(start);
        const parts = [sample(1), sample(2)];
        for (const part of parts) destination.exporter.exportSync!(part);
        await expectExactly(destination, ...parts);
        await destination.exporter.close();
        expect(() => destination.exporter.exportSync!(sample(3))).toThrow(
          expect.objectContaining({ code: 'ATTR_USAGE' }),
        );
      }
    });

    test('confirm: answers only about the parts it was asked about', async ({ skip }) => {
      if (!(await declared('confirm'))) skip(`${name} does not support confirm`);
      const destination = await open();
      const part = sample(1);
      await destination.exporter.export(part, signal);
      const states = await destination.exporter.confirm!([part.id, 'unknown-1'], signal);
      for (const [id, state] of states) {
        expect([part.id, 'unknown-1']).toContain(id);
        expect(typeof state === 'object' ? 'refused' : state).toMatch(/^(arrived|pending|missing|refused)$/);
      }
      expect(states.get('unknown-1')).not.toBe('arrived');
    });

    test('what it declares fits what it has', async () => {
      const { exporter } = await open(false);
      expect(exporter.supports.sync).toBe(exporter.exportSync !== undefined);
      expect(exporter.supports.confirm).toBe(exporter.confirm !== undefined);
      expect(exporter.name).toMatch(/^[a-z][\w-]*$/);
    });
  });
}

function toWellFormed(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'string' ? value.toWellFormed() : value]),
  ) as unknown as Row;
}
