import { compare, type Kind, keyOf, sumsBy } from './cells.ts';
import { minutesOf, type Span, secondsOf } from './facts.ts';
import type { Expect } from './question.ts';

export const compareTwo: Expect = ({ books, question, chosen, answered }) => {
  const { by, limit, baseline } = question;
  const { minutes, askedFrom } = answered;
  const length = typeof baseline === 'number' ? baseline : minutes.to - askedFrom;
  const wanted = typeof baseline === 'object' ? baseline : { from: askedFrom - length, to: askedFrom };
  const before = minutesOf(books, { from: wanted.from, to: Math.min(wanted.to, askedFrom) }, question, Number.NaN);
  const then: Span = { from: before.minutes.from, to: Math.min(before.minutes.to, askedFrom) };
  const thenSeconds = secondsOf(before.covered, then);
  const ids = new Map<
    string,
    {
      target: string;
      event: string;
      unit: string;
      kind: Kind;
      service: string;
      key: string;
      now: number;
      was: number;
      callsNow: number;
      callsThen: number;
    }
  >();
  for (const [span, isNow] of [
    [minutes, true],
    [then, false],
  ] as const) {
    for (const sum of sumsBy(chosen, span, keyOf(by)).values()) {
      const [target, event, unit, kind, service, key] = sum.key as [string, string, string, Kind, string, string];
      const id = JSON.stringify(sum.key);
      const cell = ids.get(id) ?? {
        target,
        event,
        unit,
        kind,
        service,
        key,
        now: 0,
        was: 0,
        callsNow: 0,
        callsThen: 0,
      };
      ids.set(id, cell);
      cell[isNow ? 'now' : 'was'] += sum.value;
      cell[isNow ? 'callsNow' : 'callsThen'] += sum.calls;
    }
  }
  type Cell = typeof ids extends Map<string, infer C> ? C : never;
  const rate = ({ now, was }: Cell): number => now / answered.seconds - was / thenSeconds;
  const sum = (cells: readonly Cell[], kind: Kind, key: string): Cell => {
    const all = { ...cells[0]!, kind, service: '', key, now: 0, was: 0, callsNow: 0, callsThen: 0 };
    for (const cell of cells)
      for (const name of ['now', 'was', 'callsNow', 'callsThen'] as const) all[name] += cell[name];
    return all;
  };
  const blocks = [
    ...Map.groupBy(ids.values(), ({ target, event, unit }) => JSON.stringify([target, event, unit])).values(),
  ].map((cells) => ({ cells, total: sum(cells, 'total', '(total)') }));
  blocks.sort(
    (a, b) =>
      Math.abs(rate(b.total)) - Math.abs(rate(a.total)) ||
      compare(a.total.target, b.total.target) ||
      compare(a.total.event, b.total.event),
  );
  return blocks.flatMap(({ cells, total }) => {
    const named = cells
      .filter(({ kind }) => kind === 'key')
      .sort((a, b) => Math.abs(rate(b)) - Math.abs(rate(a)) || compare(a.service, b.service) || compare(a.key, b.key));
    const rest = named.slice(limit);
    const lines = [
      ...named.slice(0, limit),
      ...cells.filter(({ kind }) => kind === 'unattributed'),
      ...(rest.length === 0 ? [] : [sum(rest, 'rest', '(rest)')]),
      total,
    ];
    return lines.map((cell) => {
      const [before, after] = [cell.was / thenSeconds, cell.now / answered.seconds];
      const [callsBefore, callsAfter] = [cell.callsThen / thenSeconds, cell.callsNow / answered.seconds];
      const [was, is] = [callsBefore !== 0 || before !== 0, callsAfter !== 0 || after !== 0];
      return {
        target: cell.target,
        event: cell.event,
        unit: cell.unit,
        kind: cell.kind,
        keyService: cell.service,
        key: cell.key,
        before,
        after,
        change: after - before,
        relativeChange: before === 0 ? null : (after - before) / before,
        contribution: rate(total) === 0 ? null : (after - before) / rate(total),
        callsBefore,
        callsAfter,
        status: cell.kind === 'rest' || (was && is) ? '' : was ? 'gone' : 'new',
      };
    });
  });
};
