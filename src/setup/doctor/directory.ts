/** The directory of part files: there, writable, not full, nothing set aside, and clocks that agree. Reads only. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { limits } from '../../core/limits.ts';
import type { AttributionOptions } from '../../engine/options.ts';
import { decodePartSync } from '../../parts/part-codec.ts';
import { PART_SUFFIX } from '../../parts/part-files.ts';
import { ago, withUnit } from '../../reports/format.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

export interface DirectoryOptions extends Pick<AttributionOptions, 'maxSpoolBytes' | 'exporters'> {
  /** NODE_ENV is production, and no directory is configured. */
  readonly production: boolean;
}

interface PartFile {
  readonly file: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

/** Clocks of one host and its disks agree within this. */
const SKEW_MS = 5_000;
/** Newest parts that are opened. */
const OPENED_MAX = 20;
const REASONS_SHOWN = 5;

export function checkDirectory(directory: string, options: DirectoryOptions, now: number): Finding[] {
  const findings: Finding[] = [];
  if (options.production && options.exporters === undefined) {
    findings.push(
      unsure(
        'NODE_ENV is production and no directory is configured: sums stay in memory',
        'set OTEL_ATTRIBUTION_DIRECTORY',
      ),
    );
  }
  const { exporters = ['file'] } = options;
  // Those over a network (objects) keep their parts here until they are delivered.
  if (exporters.every((exporter) => exporter === 'console' || exporter === 'memory')) {
    return [...findings, ok('the exporters that are configured write no files')];
  }
  if (!existsSync(directory)) return [...findings, checkParent(directory)];
  if (!statSync(directory).isDirectory())
    return [...findings, bad(`${directory} is no directory`, 'move it away, or set `directory` to another place')];
  const unwritable = [directory, path.join(directory, 'local')].find(
    (folder) => existsSync(folder) && !may(folder, constants.W_OK | constants.X_OK),
  );
  if (unwritable !== undefined) {
    findings.push(
      bad(
        `${unwritable} cannot be written by this user`,
        'let this user write there, or set `directory` to another place',
      ),
    );
  } else findings.push(ok(`${directory} can be written`));
  const parts = partFiles(path.join(directory, 'local'));
  return [
    ...findings,
    ...(exporters.includes('file') ? checkParts(directory, parts, now) : []),
    ...checkSpool(directory, options),
    ...checkQuarantine(directory),
    ...checkClock(parts, now),
  ];
}

function checkParent(directory: string): Finding {
  let parent = path.dirname(directory);
  while (!existsSync(parent) && path.dirname(parent) !== parent) parent = path.dirname(parent);
  if (!may(parent, constants.W_OK | constants.X_OK)) {
    return bad(
      `${directory} does not exist, and ${parent} cannot be written by this user`,
      'set `directory` (OTEL_ATTRIBUTION_DIRECTORY) to a place that can',
    );
  }
  return unsure(
    `${directory} does not exist yet`,
    'it is made when an application starts with attribution; it lies in the working directory of that application',
  );
}

function checkParts(directory: string, parts: readonly PartFile[], now: number): Finding[] {
  const unreadable = parts.filter(({ file }) => !may(file, constants.R_OK));
  if (unreadable.length > 0) {
    return [
      bad(
        `${unreadable.length} of ${parts.length} part files cannot be read, ${path.basename(unreadable[0]!.file)} for one`,
        'run as the user of the application',
      ),
    ];
  }
  if (parts.length > 0) {
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const newest = Math.max(...parts.map(({ mtimeMs }) => mtimeMs));
    return [
      ok(
        `${parts.length} ${parts.length === 1 ? 'part' : 'parts'} (${withUnit(bytes, 'By')}) wait for a reader, the newest from ${ago(Math.max(0, now - newest))}`,
      ),
    ];
  }
  if (existsSync(path.join(directory, 'store.duckdb'))) return [ok('no part waits; earlier ones are in the store')];
  return [
    unsure('there is no part yet', 'the first one is written at the end of a window (60 s) or of the application'),
  ];
}

function checkSpool(directory: string, options: DirectoryOptions): Finding[] {
  const cap = options.maxSpoolBytes ?? limits.spoolBytes;
  // Exporters that spool the same part share one file.
  const files = new Map(partFiles(directory, true).map((part) => [part.inode, part.bytes]));
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  const share = bytes / cap;
  if (share < 0.8) return [];
  const fix =
    'otel-attribution load merges the parts of local/ into the store, spool ls shows what waits for an exporter; else delete old ones or raise maxSpoolBytes';
  const text = `part files take ${withUnit(bytes, 'By')} of at most ${withUnit(cap, 'By')}`;
  // The last bytes are never used: a part that does not fit is dropped as a whole.
  return [share >= 0.99 ? bad(`${text}: new parts are dropped`, fix) : unsure(text, fix)];
}

function checkQuarantine(directory: string): Finding[] {
  const folder = path.join(directory, 'quarantine');
  const reasons = new Map<string, number>();
  for (const name of list(folder, true).filter((one) => one.endsWith('.reason.txt'))) {
    const reason = readText(path.join(folder, name)).trim().split('\n')[0]!.slice(0, 200) || 'no reason given';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const shown = [...reasons]
    .slice(0, REASONS_SHOWN)
    .map(([reason, n]) =>
      unsure(
        `${n} ${n === 1 ? 'part' : 'parts'} in ${folder}: ${reason}`,
        'otel-attribution spool ls shows them; once the cause is mended: otel-attribution spool requeue',
      ),
    );
  if (reasons.size > REASONS_SHOWN)
    shown.push(unsure(`${reasons.size - REASONS_SHOWN} more reasons in ${folder}`, 'see the .reason.txt files there'));
  return shown;
}

/** A part cannot be sealed after it was written, nor later than now. */
function checkClock(parts: readonly PartFile[], now: number): Finding[] {
  const newest = parts.toSorted((a, b) => b.mtimeMs - a.mtimeMs).slice(0, OPENED_MAX);
  let ahead = 0;
  let skew = 0;
  const broken: string[] = [];
  for (const { file, mtimeMs } of newest) {
    try {
      const { sealedAt } = decodePartSync(readFileSync(file), file);
      ahead = Math.max(ahead, sealedAt - now);
      skew = Math.max(skew, sealedAt - mtimeMs);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        broken.push(`${path.basename(file)}: ${(error as Error).message}`);
    }
  }
  const findings: Finding[] = [];
  if (ahead > SKEW_MS) {
    findings.push(
      bad(
        `parts were sealed ${withUnit(ahead / 1000, 's')} in the future: reports up to now leave them out`,
        'set the clock of the host that writes them (NTP)',
      ),
    );
  } else if (skew > SKEW_MS) {
    findings.push(
      unsure(
        `parts say they were sealed ${withUnit(skew / 1000, 's')} after their files were written: clocks differ`,
        'compare the clocks of this host and of the file server',
      ),
    );
  }
  if (broken.length > 0)
    findings.push(
      unsure(
        `${broken.length} part files cannot be decoded. ${broken[0]}`,
        'the next report sets them aside in quarantine/',
      ),
    );
  return findings;
}

function partFiles(folder: string, below = false): PartFile[] {
  return list(folder, below).flatMap((name) => {
    if (!name.endsWith(PART_SUFFIX)) return [];
    const file = path.join(folder, name);
    try {
      const { size, mtimeMs, ino } = statSync(file);
      return [{ file, bytes: size, mtimeMs, inode: ino }];
    } catch {
      return [];
    }
  });
}

function list(folder: string, below: boolean): string[] {
  try {
    return readdirSync(folder, { recursive: below, encoding: 'utf8' });
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function may(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
