import { existsSync } from 'node:fs';
import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { makeFolder, syncFolder } from '../../parts/part-files.ts';
import { tally } from '../../reports/format.ts';
import { usage } from '../../reports/time.ts';
import { ownerName, spoolName } from '../../spool/spool-names.ts';
import { exitCodes } from '../exit-codes.ts';
import { print, progressBar } from '../output.ts';
import { inventory, LOCAL, type QuarantinedFile, type SpoolFolder } from './inventory.ts';

interface Flags {
  readonly directory: string;
  readonly all?: true;
  readonly force?: true;
  readonly json?: true;
}

/** Reasons after which the destination is asked once more before the part is sent: by now it may be there. */
const ASK_FIRST = /^did not arrive/;
/** Reasons after which sending again may count rows twice at a destination that does not notice repetitions. */
const MAY_BE_THERE = /may have arrived|had arrived|handed over/;

export function registerSpoolRequeue(spool: Command): void {
  spool
    .command('requeue')
    .description(
      'Put parts that were set aside back in the spool: the next process, or a running one within a minute, sends them.',
    )
    .argument('[what...]', 'names of exporters, or ids of parts; see: spool ls')
    .option('--all', 'all parts that were set aside')
    .option('--force', 'also parts that may have arrived: their rows may then count twice')
    .option('--json', 'one JSON object')
    .action(async (what: string[], _: unknown, self: Command) => {
      const { directory, all, force, json } = self.optsWithGlobals<Flags>();
      if (what.length === 0 && all !== true) throw usage('say which: names of exporters, ids of parts, or --all');
      const folders = inventory(directory, Date.now());
      const unknown = what.filter((text) => !folders.some((one) => isMeant(one, text)));
      const chosen = folders.flatMap((one) =>
        one.quarantined
          .filter(({ id }) => all === true || what.includes(one.exporter) || what.includes(id))
          .map((part) => ({ one, part })),
      );
      const doubtful = force === true ? [] : chosen.filter(({ part }) => MAY_BE_THERE.test(part.reason));
      const requeued: string[] = [];
      const present: string[] = [];
      const bar = progressBar('Moving parts');
      for (const [i, { one, part }] of chosen.entries()) {
        if (!doubtful.some((other) => other.part === part))
          ((await moveBack(directory, one, part)) ? requeued : present).push(part.id);
        bar.update(i + 1, chosen.length);
      }
      bar.end();
      const held = doubtful.map(({ part }) => ({ id: part.id, reason: part.reason }));
      if (held.length + unknown.length + present.length > 0) process.exitCode = exitCodes.failure;
      if (json) process.stdout.write(`${JSON.stringify({ directory, requeued, held, present, unknown }, null, 2)}\n`);
      else print(toText(requeued, held, present, unknown));
    });
}

function isMeant({ exporter, quarantined }: SpoolFolder, text: string): boolean {
  return exporter === text || quarantined.some(({ id }) => id === text);
}

/** False when the spool holds the part already. */
async function moveBack(
  directory: string,
  { exporter, parts, owners }: SpoolFolder,
  part: QuarantinedFile,
): Promise<boolean> {
  if (parts.some(({ id }) => id === part.id)) return false;
  const folder = await makeFolder(path.resolve(directory), exporter);
  const owner = path.join(folder, ownerName(part.instance, 'requeue'));
  // An owner that is long gone lets the next process take it up at once.
  if (exporter !== LOCAL && !owners.some(({ instance }) => instance === part.instance) && !existsSync(owner)) {
    await writeFile(owner, '');
    await utimes(owner, 0, 0);
  }
  // The count of what was tried begins anew.
  const name = ASK_FIRST.test(part.reason) ? spoolName(part.id, 'handed', Date.now()) : spoolName(part.id, 'waiting');
  await rename(part.file, path.join(folder, name));
  await syncFolder(folder);
  await rm(part.reasonFile, { force: true });
  return true;
}

function toText(
  requeued: readonly string[],
  held: readonly { readonly id: string; readonly reason: string }[],
  present: readonly string[],
  unknown: readonly string[],
): string {
  const lines = [`${tally(requeued.length)} parts are in the spool again.`];
  if (held.length > 0) {
    lines.push(
      `${tally(held.length)} stay set aside because they may have arrived, ${held[0]!.id} for one: ${held[0]!.reason}`,
      'If the destination does not have them, or notices repetitions: --force.',
    );
  }
  if (present.length > 0)
    lines.push(`${tally(present.length)} stay set aside because the spool holds them already: ${present[0]}`);
  for (const text of unknown) lines.push(`Nothing set aside is called ${text}; see: otel-attribution spool ls`);
  return lines.join('\n');
}
