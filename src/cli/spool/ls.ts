import type { Command } from 'commander';
import { ABSENT, ago, tally, withUnit } from '../../reports/format.ts';
import type { TableColumn } from '../../reports/page.ts';
import { render } from '../../reports/render.ts';
import { sheetOf } from '../output.ts';
import { type Attempts, attemptsOf } from './attempts.ts';
import { hasLivingOwner, inventory, LOCAL, type QuarantinedFile, type SpoolFolder } from './inventory.ts';

interface Flags {
  readonly directory: string;
  readonly json?: true;
}

export function registerSpoolLs(spool: Command): void {
  spool
    .command('ls')
    .description(
      'Parts by exporter: waiting, sent and not confirmed, how often and since when; set aside and why; whether a process looks after them.',
    )
    .option('--json', 'one JSON object')
    .action((_: unknown, self: Command) => {
      const { directory, json } = self.optsWithGlobals<Flags>();
      const now = Date.now();
      const text = json
        ? JSON.stringify({ directory, exporters: inventory(directory, now).map((one) => toJson(one)) }, null, 2)
        : spoolText(directory, now);
      process.stdout.write(`${text}\n`);
    });
}

/** What a person sees at `now`, in milliseconds since the epoch. */
export function spoolText(directory: string, now: number, sheet = sheetOf()): string {
  const folders = inventory(directory, now);
  if (folders.length === 0) return 'Nothing waits, and nothing was set aside.';
  const rows = folders.map((one) => {
    const { waiting, unconfirmed, bytes, oldest } = summary(one);
    return [
      one.exporter,
      tally(waiting),
      tally(unconfirmed),
      tally(one.quarantined.length),
      withUnit(bytes, 'By'),
      oldest === undefined ? ABSENT : ago(Math.max(0, now - oldest)),
      lookedAfter(one),
    ];
  });
  const attempts = folders.flatMap((one) => attemptsOf(one).map((some) => attemptsRow(one, some, now)));
  const reasons = folders.flatMap((one) => reasonsOf(one));
  // Each in its own columns: neither has to give way to the other.
  const tables = [
    { columns, rows },
    { columns: attemptColumns, rows: attempts },
    { columns: reasonColumns, rows: reasons },
  ].filter((table) => table.rows.length > 0);
  return tables.map((table) => render({ blocks: [table] }, sheet).text).join('\n\n');
}

const columns: readonly TableColumn[] = [
  { head: 'exporter', kind: 'name' },
  { head: 'waiting', kind: 'number' },
  { head: 'unconfirmed', kind: 'number' },
  { head: 'set aside', kind: 'number' },
  { head: 'size', kind: 'number', drop: 1 },
  { head: 'oldest', kind: 'number', drop: 2 },
  { head: 'sent by', kind: 'prose' },
];

const attemptColumns: readonly TableColumn[] = [
  { head: 'on the way', kind: 'name' },
  { head: 'parts', kind: 'number' },
  { head: 'state', kind: 'whole' },
  { head: 'attempts', kind: 'number' },
  { head: 'first attempt', kind: 'number' },
  { head: 'oldest', kind: 'number', drop: 1 },
];

const reasonColumns: readonly TableColumn[] = [
  { head: 'set aside', kind: 'name' },
  { head: 'parts', kind: 'number' },
  { head: 'first of them', kind: 'whole' },
  { head: 'reason', kind: 'prose' },
];

const states = { waiting: 'waits', sent: 'sent, no answer seen', handed: 'handed over, not there yet' } as const;

function attemptsRow({ exporter }: SpoolFolder, some: Attempts, now: number): string[] {
  const { state, attempts, parts, firstAt, oldest } = some;
  const age = (ms: number): string => ago(Math.max(0, now - ms));
  const first = firstAt === undefined ? ABSENT : age(firstAt);
  return [exporter, tally(parts), states[state], tally(attempts), first, age(oldest)];
}

function summary({ parts }: SpoolFolder) {
  const waiting = parts.filter(({ state }) => state === 'waiting').length;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const oldest = parts.reduce((least, { mtimeMs }) => Math.min(least, mtimeMs), Number.POSITIVE_INFINITY);
  return {
    waiting,
    unconfirmed: parts.length - waiting,
    bytes,
    oldest: Number.isFinite(oldest) ? oldest : undefined,
  };
}

/** Whether a process that lives will send them. */
function lookedAfter({ exporter, parts, owners }: SpoolFolder): string {
  if (parts.length === 0) return '';
  if (exporter === LOCAL) return 'nobody: any report takes them into the store';
  const cared = parts.filter((part) => hasLivingOwner(part, owners)).length;
  if (cared === parts.length) return 'a running process';
  const rest = cared === 0 ? 'nobody' : `a running process, ${parts.length - cared} by nobody`;
  return `${rest}: the next process with this exporter and directory`;
}

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

function reasonsOf({ exporter, quarantined }: SpoolFolder): string[][] {
  const byReason = new Map<string, QuarantinedFile[]>();
  for (const part of quarantined) {
    // Ids and times in a reason would make each its own.
    const key = part.reason.replaceAll(TIME, '…').replaceAll(part.id, '…').replaceAll(UUID, '…');
    byReason.set(key, [...(byReason.get(key) ?? []), part]);
  }
  return [...byReason].map(([reason, parts]) => [
    exporter,
    tally(parts.length),
    parts[0]!.id,
    reason.split('\n')[0] || 'no reason given',
  ]);
}

function toJson(one: SpoolFolder) {
  const { waiting, unconfirmed, bytes, oldest } = summary(one);
  return {
    exporter: one.exporter,
    folder: one.folder,
    waiting,
    unconfirmed,
    bytes,
    oldest: oldest === undefined ? null : iso(oldest),
    attempts: attemptsOf(one).map(({ state, attempts, parts, firstAt, oldest }) => ({
      state,
      attempts,
      parts,
      firstAttempt: firstAt === undefined ? null : iso(firstAt),
      oldest: iso(oldest),
    })),
    unattended: one.parts.filter((part) => !hasLivingOwner(part, one.owners)).length,
    owners: one.owners.map(({ instance, holder, alive, seenAt }) => ({ instance, holder, alive, seenAt: iso(seenAt) })),
    quarantined: one.quarantined.map(({ id, bytes, mtimeMs, reason }) => ({
      id,
      bytes,
      sealedAt: iso(mtimeMs),
      reason,
    })),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
