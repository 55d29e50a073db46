import { type ChainLink, waitersBelow } from '../../observe/blocking.ts';
import { UNKNOWN_SESSION } from '../../observe/join.ts';
import { printable, wrap } from '../../reports/cells.ts';
import { ABSENT, clockTime, span, withUnit } from '../../reports/format.ts';
import type { Block, Cell, Sheet, TableRow } from '../../reports/page.ts';
import { render, wrapFacts } from '../../reports/render.ts';
import type { Picture, Watched } from './picture.ts';

/** Characters of a statement: enough to recognize it. */
const STATEMENT_CHARS = 60;

/** Who holds, and below it who waits; after `--for` also what that adds up to. */
export function blameText(picture: Picture, watched: Watched | undefined, sheet: Sheet): string {
  const { target, server, at, chains } = picture;
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const waiting = chains.reduce((sum, chain) => sum + waitersBelow(chain) + (chain.sinceMs === undefined ? 0 : 1), 0);
  const says = waiting === 0 ? 'nobody waits for a lock' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a lock`;
  const facts = [target, server, clockTime(at, tz, at), says];
  const head = wrapFacts(facts, sheet.width).map(sheet.style.bold).join('\n');
  const blocks = [...(waiting > 0 ? [chainBlock(picture)] : []), ...(watched === undefined ? [] : [sumBlock(watched)])];
  const strangers = strangersOf(picture).flatMap((line) => wrap(printable(line), sheet.width, 2));
  return [head, render({ blocks }, sheet).text, strangers.join('\n')].filter((text) => text !== '').join('\n\n');
}

function chainBlock(picture: Picture): Block {
  const { look, origins } = picture;
  const sessions = new Map(look.sessions.map((session) => [session.id, session]));
  const rows: TableRow[] = [];
  const visit = ({ session, sinceMs, inCircle, waiters }: ChainLink, depth: number): void => {
    const { service = '', origin = UNKNOWN_SESSION } = origins.get(session) ?? {};
    const margin = depth === 0 ? '' : `${'  '.repeat(depth - 1)}└ `;
    const waits = sinceMs === undefined ? ABSENT : withUnit(Math.max(0, look.atMs - sinceMs) / 1000, 's');
    const { running = false, text = '', state = '' } = sessions.get(session) ?? {};
    const runs = running ? short(text) : state;
    rows.push([[`${margin}${service}`, origin], session, waits, inCircle ? `(in a circle) ${runs}` : runs]);
    for (const waiter of waiters) visit(waiter, depth + 1);
  };
  for (const chain of picture.chains) visit(chain, 0);
  return {
    columns: [
      { head: 'who holds, and who waits', kind: 'name' },
      { head: 'session', kind: 'number' },
      { head: 'waits', kind: 'number' },
      { head: 'runs', kind: 'name' },
    ],
    rows,
  };
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= STATEMENT_CHARS ? line : `${line.slice(0, STATEMENT_CHARS - 1)}…`;
};

/** What is known of sessions that have no origin. */
function strangersOf({ chains, look, origins }: Picture): string[] {
  const ids = new Set<string>();
  const visit = ({ session, waiters }: ChainLink): void => {
    if ((origins.get(session)?.origin ?? UNKNOWN_SESSION) === UNKNOWN_SESSION) ids.add(session);
    waiters.forEach(visit);
  };
  chains.forEach(visit);
  return look.sessions
    .filter(({ id }) => ids.has(id))
    .map(({ id, application, address, port, text }) => {
      const pid = origins.get(id)?.pid ?? 0;
      const known = [
        ...(application === '' ? [] : [application]),
        ...(address === '' ? [] : [`from ${address}${port > 0 ? `:${port}` : ''}`]),
        ...(pid > 0 ? [`process ${pid}`] : []),
        ...(text === '' ? [] : [`last: ${short(text)}`]),
      ];
      return `session ${id}: ${known.join(', ') || 'nothing is known of it'}`;
    });
}

function sumBlock({ seconds, looks, sums }: Watched): Block {
  const named = (service: string, origin: string): Cell => (service === '' ? origin : [service, origin]);
  return {
    title: { name: 'blocked', facts: [span(seconds), `${looks} looks`] },
    columns: [
      { head: 'holder', kind: 'name' },
      { head: 'who waited', kind: 'name' },
      { head: 'waited', kind: 'number' },
    ],
    rows: sums.map((sum) => [
      named(sum.holderService, sum.holder),
      named(sum.victimService, sum.victim),
      withUnit(sum.seconds, 's'),
    ]),
  };
}
