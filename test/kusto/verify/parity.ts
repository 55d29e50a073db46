/** Parity: the same parts in DuckDB and in Kusto, the same questions to both, the same answers. */
import { kustoNames } from '../../../src/kusto/names.ts';
import { reportFunctions } from '../../../src/reports/kql/functions.ts';
import { checkFunctions } from './parity/calls.ts';
import { checkReports, emptyTally } from './parity/check-set.ts';
import { type DataSet, randomDataSet } from './parity/data-set.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from './parity/kql-side.ts';
import { Random } from './parity/random.ts';
import { SqlSide } from './parity/sql-side.ts';
import { allReports } from './reports.ts';
import type { Section, SectionOptions } from './section.ts';

const HOUR = 3_600_000;

export async function run({ seed, brief, log }: SectionOptions): Promise<Section> {
  const sets = brief ? 12 : 200;
  const names = kustoNames();
  const functions = reportFunctions(names);
  const reports = await allReports();
  const tally = emptyTally();
  const sql = await SqlSide.open();
  const drawn: DataSet[] = [];
  try {
    for (let i = 0; i < sets; i++) {
      const set = randomDataSet(seed + i);
      drawn.push(set);
      await sql.fill(set);
      const cut = randomCut(set);
      const database = kqlDatabase(parityObjects(names, functions, cut), names, set.deliveries, cut);
      const client = evaluatingClient(database, () => set.now);
      await checkReports(set, sql, client, { reports, questions: 3, names }, tally);
      await checkFunctions(set, sql, client, { reports, functions, questions: 1, names }, tally);
      if ((i + 1) % 10 === 0)
        log(`${i + 1} of ${sets} sets, ${tally.questions} questions, ${tally.differences} differences`);
    }
  } finally {
    sql.close();
  }
  const { details, ...counts } = tally;
  const numbers = {
    sets: drawn.length,
    ...counts,
    answeredShare: Number((tally.answered / tally.questions).toFixed(3)),
    ...describe(drawn),
  };
  return { numbers, details };
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
