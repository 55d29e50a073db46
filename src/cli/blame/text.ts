import { type ChainLink, waitersBelow } from '../../observe/blocking.ts';
import { UNKNOWN_SESSION } from '../../observe/join.ts';
import { ABSENT, clockTime, printable, span, table, withUnit } from '../../reports/format.ts';
import type { colours } from '../output.ts';
import type { Picture, Watched } from './picture.ts';

type Dress = ReturnType<typeof colours>;

/** Columns that a terminal has at least. */
const WIDTH = 80;
const WHO = 42;

/** Who holds, and below him who waits for him; after `--for` also what that adds up to. */
export function blameText(picture: Picture, watched: Watched | undefined, dress: Dress): string {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const head = `${printable(picture.target, 46)} · ${picture.server} · ${clockTime(picture.at, tz, picture.at)}`;
  const lines = [dress.bold(head), ...treeLines(picture), ...unknownLines(picture)];
  if (watched !== undefined) lines.push('', ...sumLines(watched, dress));
  return lines.join('\n');
}

function treeLines(picture: Picture): string[] {
  if (picture.chains.length === 0) return ['Nobody waits for a lock.'];
  const rows: string[][] = [];
  const visit = (link: ChainLink, depth: number): void => {
    const { session, sinceMs, inCircle, waiters } = link;
    const mark = inCircle ? ' (in a circle)' : '';
    rows.push([
      printable(`${'  '.repeat(depth)}${depth > 0 ? '└ ' : ''}${whoOf(session, picture)}${mark}`, WHO),
      session,
      sinceMs === undefined ? ABSENT : withUnit(Math.max(0, picture.look.atMs - sinceMs) / 1000, 's'),
      doingOf(session, picture),
    ]);
    for (const waiter of waiters) visit(waiter, depth + 1);
  };
  for (const chain of picture.chains) visit(chain, 0);
  const text = table(['who holds, and who waits', 'session', 'waits', 'runs'], rows, [
    'left',
    'right',
    'right',
    'left',
  ]);
  const waiting = picture.chains.reduce((sum, chain) => sum + waitersBelow(chain), 0);
  return [
    `${waiting} ${waiting === 1 ? 'session waits' : 'sessions wait'} for a lock`,
    '',
    ...text.split('\n').map(cutLine),
  ];
}

function whoOf(session: string, { origins }: Picture): string {
  const { service = '', origin = UNKNOWN_SESSION } = origins.get(session) ?? {};
  return service === '' ? printable(origin) : `${printable(service, 30)}  ${printable(origin)}`;
}

function doingOf(id: string, { look }: Picture): string {
  const session = look.sessions.find((one) => one.id === id);
  if (session === undefined) return '';
  return session.running ? printable(session.text.replaceAll(/\s+/g, ' '), WIDTH) : session.state;
}

/** What is known of sessions that have no origin. */
function unknownLines({ chains, look, origins }: Picture): string[] {
  const ids = new Set<string>();
  const visit = ({ session, waiters }: ChainLink): void => {
    if ((origins.get(session)?.origin ?? UNKNOWN_SESSION) === UNKNOWN_SESSION) ids.add(session);
    waiters.forEach(visit);
  };
  chains.forEach(visit);
  const lines = [...ids].flatMap((id) => {
    const session = look.sessions.find((one) => one.id === id);
    if (session === undefined) return [];
    const { application, address, port, text } = session;
    const pid = origins.get(id)?.pid ?? 0;
    const from = [
      ...(application === '' ? [] : [application]),
      ...(address === '' ? [] : [`from ${address}${port > 0 ? `:${port}` : ''}`]),
      ...(pid > 0 ? [`process ${pid}`] : []),
      ...(text === '' ? [] : [`last: ${text.replaceAll(/\s+/g, ' ')}`]),
    ];
    return [cutLine(printable(`session ${id}: ${from.join(', ') || 'nothing is known of it'}`, WIDTH))];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function sumLines({ seconds, looks, sums }: Watched, dress: Dress): string[] {
  const head = dress.bold(`Blocked in ${span(seconds)}, ${looks} looks`);
  if (sums.length === 0) return [head, 'Nobody waited for a lock at any look.'];
  const rows = sums.map((sum) => [
    nameOf(sum.holderService, sum.holder),
    nameOf(sum.victimService, sum.victim),
    withUnit(sum.seconds, 's'),
  ]);
  return [head, ...table(['holder', 'victim', 'waited'], rows, ['left', 'left', 'right']).split('\n')];
}

const nameOf = (service: string, origin: string): string =>
  printable(service === '' ? origin : `${printable(service, 14)}  ${origin}`, 33);

/** A line that wraps would break the table. */
function cutLine(line: string): string {
  const chars = [...line];
  return chars.length <= WIDTH ? line : `${chars.slice(0, WIDTH - 1).join('')}…`;
}
