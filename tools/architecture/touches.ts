/**
 * What it costs to add an exporter, a receiver, an option: measured by adding one. Each dummy brings its own files, with a
 * test that it works; what else had to change is counted. The figures count only if types and tests hold afterwards.
 */
import path from 'node:path';
import { DUMMIES, type Dummy, TESTS } from './dummies.ts';
import { type Outcome, Scratch } from './scratch.ts';

export interface Touch {
  readonly kind: string;
  /** Files that had to be changed by hand, outside the dummy's own. */
  readonly touched: readonly string[];
  /** Files that `npm run docs` changed. */
  readonly generated: readonly string[];
}

export interface Touches {
  readonly touches: readonly Touch[];
  /** What did not hold with the dummies in place; '' when all did. */
  readonly failure: string;
}

export async function measureTouches(repository: string): Promise<Touches> {
  const scratch = new Scratch(repository);
  const touches: Touch[] = [];
  try {
    for (const dummy of DUMMIES) touches.push(await add(dummy, scratch));
    await mustHold('types', scratch.run('tsc', ['-p', '.']));
    await mustHold('tests', scratch.run('vitest', ['run', ...TESTS]));
    return { touches, failure: '' };
  } catch (error) {
    return { touches, failure: (error as Error).message };
  } finally {
    scratch.close();
  }
}

async function add({ kind, edits }: Dummy, scratch: Scratch): Promise<Touch> {
  const before = scratch.state();
  const own = scratch.add(path.join(import.meta.dirname, 'dummies', kind));
  for (const { file, find, replace } of edits) scratch.edit(file, find, replace);
  const byHand = scratch.state();
  await mustHold('npm run docs', scratch.run('npm', ['run', '--silent', 'docs']));
  return {
    kind,
    touched: changes(before, byHand).filter((file) => !own.includes(file)),
    generated: changes(byHand, scratch.state()),
  };
}

async function mustHold(what: string, outcome: Promise<Outcome>): Promise<void> {
  const { code, output } = await outcome;
  if (code !== 0) throw new Error(`${what}, with the dummies in place:\n${output}`);
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((file) => before.get(file) !== after.get(file))
    .sort();
}
