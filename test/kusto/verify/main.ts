/**
 * Verifies everything about Kusto that can be proved without a cluster.
 *
 *   node test/kusto/verify/main.ts [--json] [--brief] [--seed N] [--only parity,evaluator,analyser,queries,faults,outage,speed]
 *     [--scenario "expired key"]    of the faults, only this one; then no goal asks for how many there were
 *     [--busy 8]                    beside so many processes that take all the computing time they get
 *
 * Progress goes to standard error, a table (or with --json one JSON object) to standard output. Exit code 1 when a goal is missed; a
 * goal of time says nothing on a busy machine, and is only marked there and in the short form.
 */
import { parseArgs } from 'node:util';
import { startBusy } from './busy.ts';
import { type Missed, missedGoals } from './goals.ts';
import { type Run, type Section, type SectionName, sectionNames } from './section.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    scenario: { type: 'string' },
    busy: { type: 'string', default: '0' },
  },
});
const seed = Number(flags.seed);
const busy = Number(flags.busy);
if (!Number.isSafeInteger(seed)) throw new Error(`--seed must be a whole number, received ${flags.seed}`);
if (!Number.isInteger(busy) || busy < 0 || busy > 64)
  throw new Error(`--busy must be a whole number up to 64, received ${flags.busy}`);

interface Judged {
  readonly name: SectionName;
  readonly section: Section;
  readonly missed: readonly Missed[];
}

function selected(): readonly SectionName[] {
  if (flags.only === undefined) return sectionNames;
  const asked = flags.only.split(',');
  const unknown = asked.filter((name) => !sectionNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: expected some of ${sectionNames.join(',')}`);
  return sectionNames.filter((name) => asked.includes(name));
}

async function judge(name: SectionName, begin: number): Promise<Judged> {
  const log = (line: string) =>
    void process.stderr.write(`${((Date.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${name}: ${line}\n`);
  log('begins');
  try {
    // By name, so that a section that does not load costs its own goals and not the other sections.
    const { run } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { run: Run };
    const section = await run({ seed, brief: flags.brief, scenario: flags.scenario, log });
    return { name, section, missed: missedGoals(name, section.numbers, flags.brief).filter(isAsked) };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      name,
      section: { numbers: {}, details: text.split('\n') },
      missed: [{ text: 'the section failed', time: false }],
    };
  }
}

/** One scenario alone need not be many runs. */
const isAsked = ({ text }: Missed): boolean => flags.scenario === undefined || !text.includes('wanted ≥');
const isFailure = ({ time }: Missed): boolean => !time || (!flags.brief && busy === 0);

function verdictOf(missed: readonly Missed[]): string {
  if (missed.length === 0) return 'ok    ';
  return missed.every(({ time }) => time) ? 'TIME  ' : 'MISSED';
}

function tableOf(judged: readonly Judged[]): string {
  const lines = judged.flatMap(({ name, section, missed }) => {
    const numbers = Object.entries(section.numbers).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    return [
      `${verdictOf(missed)} ${name.padEnd(10)} ${numbers.join(', ')}`,
      ...missed.map(({ text, time }) => `         ${text}${time ? ', a figure of time' : ''}`),
      ...section.details.map((line) => `         ${line}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

async function main(): Promise<number> {
  const begin = Date.now();
  const judged: Judged[] = [];
  const stop = startBusy(busy);
  try {
    for (const name of selected()) judged.push(await judge(name, begin));
  } finally {
    stop();
  }
  const answer = Object.fromEntries(judged.map(({ name, section }) => [name, section.numbers]));
  const bad = judged.filter(({ missed }) => missed.length > 0);
  // With --json the reasons go where the progress went.
  if (flags.json) process.stderr.write(tableOf(bad));
  process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : tableOf(judged));
  return bad.some(({ missed }) => missed.some(isFailure)) ? 1 : 0;
}

const code = await main();
// Not left to the end of the event loop: after hundreds of threads Node.js 24 may wait for a handle that never closes.
process.stdout.write('', () => process.exit(code));
