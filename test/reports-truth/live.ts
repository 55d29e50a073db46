/** Lets a plan come to pass: one process for each run, and what they leave behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePart, rowsOf } from '../../src/parts/part-codec.ts';
import type { TestPart } from '../helpers/parts.ts';
import type { Books, Entry } from './books.ts';
import type { RunPlan } from './plan.ts';

export interface World {
  readonly books: Books;
  /** Directory of the parts. */
  readonly directory: string;
  readonly parts: readonly TestPart[];
  /** What the process printed at its end, by the name of the run. */
  readonly exitTables: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

const APP = fileURLToPath(new URL('app.ts', import.meta.url));

export async function live(plans: readonly RunPlan[]): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'reports-truth-'));
  const entries: Entry[] = [];
  const exitTables: Record<string, string> = {};
  for (const plan of plans) {
    const said = await liveOne(plan, directory);
    entries.push(...said.books);
    exitTables[plan.name] = said.exitTable;
  }
  return {
    books: { entries, runs: plans.map(({ tasks: _, ...run }) => run) },
    directory,
    parts: await readParts(join(directory, 'local')),
    exitTables,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

interface Said {
  readonly books: readonly Entry[];
  readonly exitTable: string;
}

async function liveOne(plan: RunPlan, directory: string): Promise<Said> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_')));
  const child = spawn(process.execPath, [APP, directory], {
    env: { ...env, TZ: 'UTC' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the run ${plan.name} ended with code ${code} and without its books`);
  });
  await Promise.race([once(child, 'message'), failed]);
  child.send(plan);
  const [said] = (await Promise.race([once(child, 'message'), failed])) as [Said];
  await failed.catch(() => {});
  return said;
}

export async function readParts(folder: string): Promise<TestPart[]> {
  const parts: TestPart[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith('.json.zst')) throw new Error(`${name} was left in ${folder}`);
    const columns = await decodePart(await readFile(join(folder, name)), name);
    parts.push({
      instance: columns.instance,
      sequence: Number(columns.part.slice(columns.instance.length + 1)),
      sealedAt: columns.sealedAt,
      ...(columns.startedAt !== undefined && { startedAt: columns.startedAt }),
      rows: [...rowsOf(columns)],
      final: columns.final === true,
      windowSeconds: columns.wsec,
      package: columns.package,
      mapping: columns.mapping,
    });
  }
  return parts;
}
