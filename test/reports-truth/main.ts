/**
 * Reports against the books: what every report says of a shop, beside what the shop itself entered in its books.
 *
 *   node test/reports-truth/main.ts [--json] [--brief] [--only <part of a report's name>]
 *
 * The applications are processes with the real plug-in on a clock of their own (app.ts); their parts go to the local store and to a Kusto
 * database that is evaluated here. Progress goes to standard error. Exit code 1 when an answer differs from the books.
 */
import { parseArgs } from 'node:util';
import { AttributionError } from '../../src/core/errors.ts';
import type { LoadRow } from '../../src/reports/load/row.ts';
import { loadTable } from '../../src/reports/load/table.ts';
import { runReport } from '../../src/reports/run.ts';
import { allReports } from '../helpers/reports.ts';
import type { Books } from './books.ts';
import { differences } from './check.ts';
import { demo } from './demo.ts';
import type { ExpectedRow } from './expected/question.ts';
import { expected } from './expected/reports.ts';
import { live } from './live.ts';
import { now, shopPlan, shortPlan } from './plan.ts';
import { type Asking, lateQuestions, questions, shortQuestions } from './questions.ts';
import { openSides, type Side } from './sides.ts';
import { commands, commandTooWide, tableTooWide } from './widths.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const log = (line: string): void => void process.stderr.write(`${line}\n`);

/** Rows in which the engine tells of itself. */
const ownAccounts = ({ check, target }: ExpectedRow): boolean =>
  !['account', 'spans'].includes(check as string) && target !== 'otel-attribution';

interface Tally {
  questions: number;
  /** Answers with at least one row: a comparison of nothing proves nothing. */
  answered: number;
  differences: number;
}

const tallies: Record<string, Tally> = {};
const details: string[] = [];

function enter(name: string, rows: number, found: readonly string[]): void {
  const tally = (tallies[name] ??= { questions: 0, answered: 0, differences: 0 });
  tally.questions++;
  if (rows > 0) tally.answered++;
  if (found.length === 0) return;
  tally.differences++;
  details.push(`${name}\n    ${found.join('\n    ')}`);
}

/** One question to one store; as a table in 80 columns as well. */
async function compareOne(
  { report: name, parameters, question }: Asking,
  books: Books,
  { language, store }: Side,
  at: number,
): Promise<void> {
  const report = allReports.find((one) => one.name === name)!;
  const asked = `${language} ${name}`;
  try {
    const result = await runReport(store, report, { tz: 'UTC', ...parameters }, { now: at });
    const found = differences(result, expected(name, books, question), ownAccounts);
    const wide = tableTooWide(report, result, at).map((line) => `folds: ${line}`);
    enter(
      asked,
      result.rows.length,
      [...found, ...wide].map((line) => `${JSON.stringify(parameters)} ${line}`),
    );
  } catch (error) {
    const text = error instanceof AttributionError ? `${error.code}: ${error.message}` : String((error as Error).stack);
    enter(asked, 0, [`${JSON.stringify(parameters)} ${text}`]);
  }
}

/** Two days of a shop. */
async function askShop(): Promise<number> {
  const world = await live(shopPlan());
  log(`${world.books.entries.length} entries in the books, ${world.parts.length} parts`);
  const sides = await openSides(world, now);
  try {
    const asked = questions().filter(({ report }, i) => report.includes(flags.only) && (!flags.brief || i % 8 === 0));
    for (const [i, asking] of asked.entries()) {
      for (const side of sides.stores) await compareOne(asking, world.books, side, now);
      if ((i + 1) % 50 === 0) log(`${i + 1} of ${asked.length} asked, ${details.length} differences`);
    }
    const late = now + 17 * 60_000 + 13_400;
    for (const asking of lateQuestions(late).filter(({ report }) => report.includes(flags.only)))
      for (const side of sides.stores) await compareOne(asking, world.books, side, late);
    await sides.release();
    // A command is a process of its own, and the longest part of a short run.
    for (const command of commands.filter((_, i) => !flags.brief || i % 4 === 0)) {
      const wide = await commandTooWide(world.directory, command);
      enter(
        'lines of commands',
        1,
        wide.map((line) => `${command.join(' ')} folds: ${line}`),
      );
    }
  } finally {
    await sides.close();
    await world.remove();
  }
  return world.books.entries.length;
}

/** A run of seconds within a minute: what it prints at its end, and the same from the stores. */
async function askShortRun(): Promise<void> {
  const plan = shortPlan();
  const world = await live(plan);
  const ended = plan[0]!.seals.at(-1)!;
  const at = ended + 700;
  const sides = await openSides(world, at);
  try {
    for (const side of sides.stores) {
      for (const asking of shortQuestions(at)) await compareOne(asking, world.books, side, at);
      const load = allReports.find(({ name }) => name === 'load')!;
      const { rows, range, dataThrough } = await runReport(side.store, load, { tz: 'UTC' }, { now: at });
      const table = loadTable(rows as readonly LoadRow[], { range, dataThrough, now: ended, tz: 'UTC' });
      const printed = world.exitTables.short!;
      enter(
        `exit table ${side.language}`,
        rows.length,
        table === printed ? [] : [`load\n${table}`, `at exit\n${printed}`],
      );
    }
  } finally {
    await sides.close();
    await world.remove();
  }
}

async function askDemo(): Promise<number> {
  const { operations, found, questions: n } = await demo(flags.brief ? 4 : 10);
  log(`the demo: ${operations} operations, ${n} questions, ${found.length} differences`);
  for (let i = 0; i < n; i++) enter('demo', 1, found[i] === undefined ? [] : [found[i]!]);
  return operations;
}

const entries = await askShop();
if (flags.only === '') await askShortRun();
const operations = flags.only === '' ? await askDemo() : 0;

const sum = (name: keyof Tally): number => Object.values(tallies).reduce((n, tally) => n + tally[name], 0);
const answer = {
  questions: sum('questions'),
  differences: sum('differences'),
  answered: sum('answered'),
  entries,
  operations,
  reports: tallies,
};
for (const line of details.slice(0, 40)) log(line);
if (flags.json) console.log(JSON.stringify(answer));
else
  console.log(
    `${answer.questions} questions, ${answer.answered} with rows in their answer, ${answer.differences} differences from the books`,
  );
// Comparing empty answers proves nothing.
process.exitCode = answer.differences === 0 && answer.answered > answer.questions * 0.7 ? 0 : 1;
