import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { AttributionError } from '../../core/errors.ts';
import { partFromBytes } from '../../parts/part-codec.ts';
import { makeFolder, PART_SUFFIX } from '../../parts/part-files.ts';
import { printable } from '../../reports/cells.ts';
import { tally } from '../../reports/format.ts';
import type { TableColumn } from '../../reports/page.ts';
import { render } from '../../reports/render.ts';
import { exitCodes } from '../exit-codes.ts';
import { print, progressBar, sheetOf } from '../output.ts';
import { inventory, LOCAL, type PartFile } from './inventory.ts';

interface Flags {
  readonly directory: string;
  readonly setAside?: true;
  readonly json?: true;
}

interface Damage {
  readonly exporter: string;
  readonly file: string;
  readonly reason: string;
  /** It lies in the quarantine, now or already. */
  readonly setAside: boolean;
}

interface Job {
  readonly exporter: string;
  readonly part: PartFile;
  readonly inQuarantine: boolean;
}

export function registerSpoolVerify(spool: Command): void {
  spool
    .command('verify')
    .description(
      'Decode every part (checksum, columns) and list the damaged ones; exit code 1 if any still waits. Moves nothing.',
    )
    .option('--set-aside', 'move damaged parts to quarantine/, with the reason beside them')
    .option('--json', 'one JSON object')
    .action(async (_: unknown, self: Command) => {
      const { directory, setAside, json } = self.optsWithGlobals<Flags>();
      const jobs = inventory(directory, Date.now()).flatMap(({ exporter, parts, quarantined }): Job[] => [
        ...parts.map((part) => ({ exporter, part, inQuarantine: false })),
        ...quarantined.map((part) => ({ exporter, part, inQuarantine: true })),
      ]);
      const damaged: Damage[] = [];
      const newer: { readonly file: string; readonly reason: string }[] = [];
      const bar = progressBar('Reading parts');
      for (const [i, job] of jobs.entries()) {
        const error = await examine(job.part);
        if (error?.code === 'ATTR_PART_VERSION') newer.push({ file: job.part.file, reason: error.message });
        else if (error !== undefined) {
          const moved = setAside === true && !job.inQuarantine && (await move(directory, job, error.message));
          const { exporter, part, inQuarantine } = job;
          damaged.push({ exporter, file: part.file, reason: error.message, setAside: inQuarantine || moved });
        }
        bar.update(i + 1, jobs.length);
      }
      bar.end();
      if (damaged.some((one) => !one.setAside)) process.exitCode = exitCodes.failure;
      const parts = jobs.length;
      const files = newer.map(({ file }) => file);
      if (json) process.stdout.write(`${JSON.stringify({ directory, parts, newer: files, damaged }, null, 2)}\n`);
      else print(toText(parts, newer, damaged));
    });
}

/** What is wrong with a part; undefined when nothing is, or when a process has taken it away meanwhile. */
async function examine(part: PartFile): Promise<AttributionError | undefined> {
  try {
    const { id } = await partFromBytes(await readFile(part.file), part.name);
    if (id === part.id) return undefined;
    return new AttributionError('ATTR_PART_CORRUPT', `${part.name} holds the part ${id}: its name is wrong.`);
  } catch (error) {
    if (error instanceof AttributionError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : new AttributionError('ATTR_PART_CORRUPT', `cannot be read: ${message}`);
  }
}

/** False when a process was faster. */
async function move(directory: string, { exporter, part }: Job, reason: string): Promise<boolean> {
  const folder = await makeFolder(
    path.resolve(directory),
    path.join('quarantine', exporter === LOCAL ? '.' : exporter),
  );
  await writeFile(path.join(folder, `${part.id}.reason.txt`), `${reason}\n`);
  try {
    await rename(part.file, path.join(folder, part.id + PART_SUFFIX));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

const columns: readonly TableColumn[] = [
  { head: 'exporter', kind: 'name' },
  { head: 'where', kind: 'whole' },
  { head: 'part', kind: 'whole' },
  { head: 'what is wrong', kind: 'prose' },
];

function toText(parts: number, newer: readonly { readonly reason: string }[], damaged: readonly Damage[]): string {
  const lines = [`${tally(parts)} parts read, ${tally(damaged.length)} damaged.`];
  if (newer.length > 0)
    lines.push(`${tally(newer.length)} were written by a newer release. For one: ${printable(newer[0]!.reason)}`);
  if (damaged.length > 0) {
    const rows = damaged.map(({ exporter, file, reason, setAside }) => [
      exporter,
      setAside ? 'set aside' : 'in place',
      path.basename(file),
      reason,
    ]);
    lines.push('', render({ blocks: [{ columns, rows }] }, sheetOf()).text);
  }
  if (damaged.some((one) => !one.setAside))
    lines.push('', 'otel-attribution spool verify --set-aside moves them to quarantine/.');
  return lines.join('\n');
}
