/** Parity: the same parts in DuckDB and in Kusto, the same questions to both, the same answers. */

import type { KustoClient } from '../../../src/kusto/client.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import type { SchemaObject } from '../../../src/stores/kusto/schema/objects.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import { startAzurite } from '../service/index.ts';
import { checkFunctions } from './parity/calls.ts';
import { checkReports, emptyTally, type Tally } from './parity/check-set.ts';
import { type DataSet, randomDataSet } from './parity/data-set.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from './parity/kql-side.ts';
import { Random } from './parity/random.ts';
import { SqlSide } from './parity/sql-side.ts';
import { overTheWire } from './parity/wire.ts';
import { allReports } from './reports.ts';
import type { Section, SectionOptions } from './section.ts';

const HOUR = 3_600_000;

/** Sets that showed a mistake once: asked again in every run. */
const knownSeeds = [510, 5018];

export const run = ({ seed, brief, log }: SectionOptions): Promise<Section> =>
  parity({ seed, sets: brief ? 12 : 200, wireSets: brief ? 1 : 10, known: knownSeeds, log });

export interface ParityOptions {
  readonly seed: number;
  readonly sets: number;
  /** So many of them also over the wire. */
  readonly wireSets: number;
  /** Seeds of more sets. */
  readonly known?: readonly number[];
  readonly log: (line: string) => void;
  /** Makes the schema wrong, to see it found. */
  readonly spoil?: (objects: readonly SchemaObject[]) => readonly SchemaObject[];
}

export async function parity({
  seed,
  sets,
  wireSets,
  known = [],
  log,
  spoil = (o) => o,
}: ParityOptions): Promise<Section> {
  const names = kustoNames();
  const functions = reportFunctions(names);
  const reports = await allReports();
  const tally = emptyTally();
  const wire = emptyTally();
  const drawn = [...known, ...Array.from({ length: sets }, (_, i) => seed + i)].map(randomDataSet);
  const sql = await SqlSide.open();
  const check = async (set: DataSet, client: KustoClient, into: Tally): Promise<void> => {
    await checkReports(set, sql, client, { reports, questions: 3, names }, into);
    await checkFunctions(set, sql, client, { reports, functions, questions: 1, names }, into);
  };
  try {
    for (const [i, set] of drawn.entries()) {
      await sql.fill(set);
      const cut = randomCut(set);
      const database = kqlDatabase(spoil(parityObjects(names, functions, cut)), names, set.deliveries, cut);
      await check(
        set,
        evaluatingClient(database, () => set.now),
        tally,
      );
      if ((i + 1) % 10 === 0)
        log(`${i + 1} of ${drawn.length} sets, ${tally.questions} questions, ${tally.differences} differences`);
    }
    const azurite = wireSets === 0 ? undefined : await startAzurite();
    try {
      // The exporter loses nothing: nor may the other side.
      for (const set of drawn.slice(0, wireSets).map((one) => ({ ...one, lost: [] }))) {
        await sql.fill(set);
        const { client, close } = await overTheWire(set, azurite!, names, functions);
        await check(set, client, wire).finally(close);
      }
      if (wireSets > 0)
        log(`${wireSets} sets over the wire, ${wire.questions} questions, ${wire.differences} differences`);
    } finally {
      await azurite?.close();
    }
  } finally {
    sql.close();
  }
  const questions = tally.questions + wire.questions;
  const answered = tally.answered + wire.answered;
  const numbers = {
    sets: drawn.length,
    differences: tally.differences + wire.differences,
    questions,
    questionsOverTheWire: wire.questions,
    answeredShare: Number((answered / questions).toFixed(3)),
    rows: tally.rows + wire.rows,
    ...describe(drawn),
  };
  return { numbers, details: [...tally.details, ...wire.details.map((line) => `over the wire: ${line}`)] };
}

/** Some databases had their rollups replaced in the middle of what they hold. */
function randomCut(set: DataSet): number | undefined {
  const random = new Random(set.seed + 0xc07);
  if (!random.chance(0.2)) return undefined;
  return Math.ceil((set.from + random.real() * (set.to - set.from)) / HOUR) * HOUR;
}

/** What the sets were made of: a proof over sets that all look alike would prove little. */
function describe(sets: readonly DataSet[]) {
  const count = (holds: (set: DataSet) => boolean): number => sets.filter(holds).length;
  const delivered = (set: DataSet): number => set.deliveries.reduce((n, { rows }) => n + rows.length, 0);
  const distinct = (set: DataSet): number => set.parts.reduce((n, { rows }) => n + 1 + rows.length, 0);
  return {
    distinctRows: sets.reduce((n, set) => n + distinct(set), 0),
    deliveredRows: sets.reduce((n, set) => n + delivered(set), 0),
    setsWithResentRows: count((set) => delivered(set) > distinct(set)),
    setsWithSplitParts: count((set) => set.deliveries.length > set.parts.length),
    setsWithLostRows: count((set) => set.lost.length > 0),
    setsOverThreeHours: count((set) => set.to - set.from > 3 * HOUR),
    setsWithTwoGenerations: count((set) => randomCut(set) !== undefined),
    setsOfReals: count((set) => set.numbers === 'real'),
  };
}
