/** What is asked: of each report every option, over whole, partial, empty and old ranges, in the minute that has begun and as of then. */

import type { AnyParameters } from '../helpers/reports.ts';
import { CACHE, CHECKOUT, SEARCH, SHOP_DB } from './books.ts';
import type { By } from './expected/cells.ts';
import { type Condition, conditionText } from './expected/filter.ts';
import type { Question } from './expected/question.ts';
import { now } from './plan.ts';

/** In the words of a user, and as the books are asked. */
export interface Asking {
  readonly report: string;
  readonly parameters: AnyParameters;
  readonly question: Question;
}

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(`2026-11-${text}Z`);

type Period = Pick<Question, 'since' | 'from' | 'to' | 'asOf'> & { readonly said: AnyParameters };

const moment = (text: string): [string, number] => [`2026-11-${text}`, at(text)];
const last = (since: string, ms: number, to?: string): Period => ({
  since: ms,
  ...(to !== undefined && { to: at(to) }),
  said: { since, ...(to !== undefined && { to: `2026-11-${to}` }) },
});
function between(begin: string, end?: string): Period {
  const [said, from] = moment(begin);
  return {
    from,
    ...(end !== undefined && { to: at(end) }),
    said: { from: said, ...(end !== undefined && { to: `2026-11-${end}` }) },
  };
}
function asOf(then: string, period: Period): Period {
  const [said, ms] = moment(then);
  return { ...period, asOf: ms, said: { ...period.said, asOf: said } };
}

const byDefault: Period = { said: {} };
const running: readonly Period[] = [
  byDefault,
  last('5m', 5 * MINUTE),
  last('1h', 60 * MINUTE),
  last('31d', 44_640 * MINUTE),
];
const partial: readonly Period[] = [
  between('22T09:30:00', '22T09:40:00'),
  between('22T09:12:17', '22T09:33:41'),
  // Both ends in the silence after the kill, one of them, and nothing but it.
  between('22T10:25:00', '22T10:55:00'),
  between('22T10:15:00', '22T11:05:00'),
  between('22T09:50:30'),
  between('22T11:00:00', '22T12:00:00'),
  last('10m', 10 * MINUTE, '22T10:30:00'),
  between('22T09:10:00', '22T09:11:00'),
];
const days: readonly Period[] = [
  between('21T23:40:00', '22T00:20:00'),
  between('21T00:00:00', '22T00:00:00'),
  between('21T00:00:00'),
];
const then: readonly Period[] = [
  asOf('22T09:30:30', byDefault),
  asOf('22T09:30:30', last('1h', 60 * MINUTE)),
  asOf('22T10:40:20', last('2h', 120 * MINUTE)),
  asOf('22T09:45:00', between('22T09:30:00', '22T10:00:00')),
  asOf('22T00:05:30', last('31d', 44_640 * MINUTE)),
  asOf('22T11:24:02', byDefault),
];
const periods = [...running, ...partial, ...days, ...then];
const few = [running[2]!, partial[1]!, partial[3]!, then[2]!];

const is = (field: Condition['field'], operator: Condition['operator'], value: string): Condition => ({
  field,
  operator,
  value,
});
const filters: readonly (readonly Condition[])[] = [
  [is('attribute.tenant', '=', 'acme')],
  [is('attribute.tenant', '=', 'zeta & sons')],
  [is('attribute.tenant', '=', '')],
  [is('attribute.tenant', '=', 'nobody')],
  [is('attribute.tenant', '!=', 'acme')],
  [is('attribute.tenant', '~', '*e*')],
  [is('attribute.tenant', '!~', 'g*s')],
  [is('origin', '=', SEARCH)],
  [is('origin', '!=', SEARCH)],
  [is('origin', '~', 'GET *')],
  [is('origin', '!~', 'GET *')],
  [is('service', '=', 'payments')],
  [is('service', '!=', 'storefront')],
  [is('service', '~', '*o*')],
  [is('service', '!~', 'store*')],
  [is('originService', '=', 'storefront')],
  [is('originService', '!=', 'storefront')],
  [is('originService', '~', 'w*')],
  [is('originService', '!~', '*front')],
  [is('target', '=', SHOP_DB)],
  [is('target', '!=', SHOP_DB)],
  [is('target', '~', '*internal*')],
  [is('target', '!~', 'redis*')],
  [is('target', '=', 'service://storefront')],
  [is('event', '=', 'http.client.request.duration')],
  [is('event', '!=', 'http.client.request.duration')],
  [is('event', '~', 'db.*.duration')],
  [is('event', '!~', 'http*')],
  [is('unit', '=', 's')],
  [is('unit', '!=', '{email}')],
  [is('unit', '~', '{email*')],
  [is('unit', '!~', '{*')],
  [is('attribute.tenant', '=', 'acme'), is('origin', '=', CHECKOUT)],
  [is('attribute.tenant', '!=', 'acme'), is('target', '~', 'postgresql*'), is('origin', '!=', SEARCH)],
  [is('attribute.tenant', '=', 'globex'), is('service', '=', 'storefront'), is('target', '=', CACHE)],
  [is('attribute.tenant', '!=', 'acme'), is('attribute.tenant', '!=', 'globex')],
];
const someFilters: readonly (readonly Condition[])[] = [[], filters[0]!, filters[4]!, filters[18]!, filters[33]!];
const measures = ['http.server.request.duration', 'email.sent', 'no.such.event'];

interface More {
  readonly where?: readonly Condition[];
  readonly by?: By;
  readonly limit?: number;
  readonly measure?: string;
  readonly peak?: true;
  readonly step?: number;
  readonly baseline?: number | readonly [string, string];
}

const defaults: Readonly<Record<string, { readonly since: number; readonly limit: number }>> = {
  load: { since: 15 * MINUTE, limit: 10 },
  'per-request': { since: 60 * MINUTE, limit: 20 },
  flow: { since: 60 * MINUTE, limit: 30 },
  trend: { since: 60 * MINUTE, limit: 5 },
  compare: { since: 60 * MINUTE, limit: 10 },
  inventory: { since: 7 * 1_440 * MINUTE, limit: 200 },
  sources: { since: 7 * 1_440 * MINUTE, limit: 200 },
  coverage: { since: 60 * MINUTE, limit: 200 },
};

function asking(
  report: string,
  { said, ...period }: Period,
  { where = [], by, limit, measure, peak, step, baseline }: More = {},
  asked = now,
): Asking {
  const usual = defaults[report]!;
  const isPair = typeof baseline === 'object';
  return {
    report,
    parameters: {
      ...said,
      ...(where.length > 0 && { where: where.map(conditionText).join(',') }),
      ...(by !== undefined && { by }),
      ...(limit !== undefined && { limit }),
      ...(measure !== undefined && { measure }),
      ...(peak && { at: 'peak' }),
      ...(step !== undefined && { step: `${step / MINUTE}m` }),
      ...(baseline !== undefined && {
        baseline: isPair ? `2026-11-${baseline[0]}..2026-11-${baseline[1]}` : `${baseline / MINUTE}m`,
      }),
    },
    question: {
      now: asked,
      byDefault: period.since === undefined && period.from === undefined,
      ...(period.from === undefined && { since: usual.since }),
      ...period,
      where,
      by: by ?? 'origin',
      limit: limit ?? usual.limit,
      ...(measure !== undefined && { measure }),
      ...(peak && { peak }),
      ...(step !== undefined && { step }),
      ...(baseline !== undefined && { baseline: isPair ? { from: at(baseline[0]), to: at(baseline[1]) } : baseline }),
    },
  };
}

const each = <A, B, R>(as: readonly A[], bs: readonly B[], fn: (a: A, b: B) => R): R[] =>
  as.flatMap((a) => bs.map((b) => fn(a, b)));
const groups: readonly By[] = ['target', 'service', 'attribute.tenant', 'origin,target', 'attribute.tenant,origin'];

export function questions(): Asking[] {
  return [
    ...each(periods, someFilters, (period, where) => asking('load', period, { where })),
    ...each(few, filters, (period, where) => asking('load', period, { where })),
    ...each(few, groups, (period, by) => asking('load', period, { by })),
    ...each(few, groups, (period, by) => asking('load', period, { by, where: filters[20]!, limit: 1 })),
    ...each(few, measures, (period, measure) => asking('load', period, { measure, limit: 2 })),
    ...each(periods, [[], filters[0]!], (period, where) => asking('load', period, { peak: true, where })),
    ...each(periods, [[], filters[0]!], (period, where) => asking('per-request', period, { where })),
    ...each(few.slice(0, 2), filters, (period, where) => asking('per-request', period, { where })),
    ...each(few, measures, (period, measure) => asking('per-request', period, { measure, limit: 3 })),
    ...each(periods, [1, 5], (period, minutes) =>
      asking('trend', period, {
        step: minutes * (period.since ?? 0) > 1e9 ? 1_440 * MINUTE : minutes * MINUTE,
        limit: 2,
      }),
    ),
    ...each(few, groups, (period, by) => asking('trend', period, { by, step: 10 * MINUTE })),
    ...each(few, [filters[0]!, filters[10]!, filters[20]!], (period, where) =>
      asking('trend', period, { where, step: 15 * MINUTE, limit: 1 }),
    ),
    ...each(days, [60, 1_440], (period, minutes) => asking('trend', period, { step: minutes * MINUTE })),
    ...periods.map((period) => asking('flow', period)),
    ...each(few, [filters[0]!, filters[13]!, filters[24]!, filters[29]!], (period, where) =>
      asking('flow', period, { where, limit: 3 }),
    ),
    ...periods.map((period) => asking('compare', period)),
    ...each(few, groups, (period, by) => asking('compare', period, { by, baseline: 20 * MINUTE, limit: 1 })),
    ...each([running[1]!, between('22T11:00:00')], [filters[0]!, filters[20]!], (period, where) =>
      asking('compare', period, { where, baseline: ['22T09:00:00', '22T09:40:00'] }),
    ),
    ...periods.map((period) => asking('inventory', period)),
    ...each(few, [filters[0]!, filters[11]!], (period, where) => asking('inventory', period, { where, limit: 4 })),
    ...periods.map((period) => asking('sources', period)),
    ...periods.map((period) => asking('coverage', period)),
    ...few.map((period) => asking('coverage', period, { where: filters[0]! })),
  ];
}

/** When nothing has been heard of any process for a while. */
export function lateQuestions(asked: number): Asking[] {
  const hour = last('1h', 60 * MINUTE);
  return [
    ...each(
      ['load', 'per-request', 'flow', 'compare', 'inventory', 'sources', 'coverage'],
      [byDefault, hour],
      (report, period) => asking(report, period, {}, asked),
    ),
    ...[1, 5].map((minutes) => asking('trend', hour, { step: minutes * MINUTE }, asked)),
    asking('load', hour, { peak: true }, asked),
  ];
}

/** Of a run of seconds, a moment after it ended. */
export function shortQuestions(asked: number): Asking[] {
  const hour = last('1h', 60 * MINUTE);
  return [
    ...each(
      ['load', 'per-request', 'flow', 'compare', 'inventory', 'sources', 'coverage'],
      [byDefault, hour],
      (report, period) => asking(report, period, {}, asked),
    ),
    ...each([byDefault, hour], filters, (period, where) => asking('load', period, { where }, asked)),
    ...[byDefault, hour].map((period) => asking('trend', period, { step: MINUTE }, asked)),
    ...[byDefault, hour].map((period) => asking('load', period, { peak: true }, asked)),
  ];
}
