/** The stored functions of the reports, as dashboards call them, against the same questions in SQL. */

import { AttributionError } from '../../../../src/core/errors.ts';
import type { KustoClient } from '../../../../src/kusto/client.ts';
import { kqlLiteral } from '../../../../src/kusto/literal.ts';
import type { KustoNames } from '../../../../src/kusto/names.ts';
import type { StoredFunctionDefinition } from '../../../../src/kusto/stored-function.ts';
import type { Report, ReportResult } from '../../../../src/reports/report.ts';
import { runReport } from '../../../../src/reports/run.ts';
import type { TestRow } from '../../../helpers/parts.ts';
import type { AnyParameters } from '../../../helpers/reports.ts';
import { judge, type Tally } from './check-set.ts';
import { type Outcome, outcomeOf } from './compare.ts';
import type { DataSet } from './data-set.ts';
import { randomBy } from './questions.ts';
import { Random } from './random.ts';
import type { SqlSide } from './sql-side.ts';

export interface CallOptions {
  readonly reports: readonly Report[];
  readonly functions: readonly StoredFunctionDefinition[];
  /** Of each function. */
  readonly questions: number;
  readonly names: KustoNames;
}

/** Arguments by name, as KQL, and the parameters that ask the same of `runReport`. */
interface Call {
  readonly args: Readonly<Record<string, string>>;
  readonly parameters: AnyParameters;
}

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const time = (ms: number): string => kqlLiteral({ type: 'datetime', value: Math.floor(ms / 1_000) * 1_000 });
const text = (value: string): string => kqlLiteral({ type: 'string', value });
const list = (value: readonly string[]): string => kqlLiteral({ type: 'dynamic', value });

export async function checkFunctions(
  set: DataSet,
  sql: SqlSide,
  client: KustoClient,
  { reports, functions, questions, names }: CallOptions,
  tally: Tally,
): Promise<void> {
  const random = new Random(set.seed + 0xf00d);
  for (const report of reports) {
    const fn = functions.find(({ name }) => name === names.report(report.name));
    if (fn === undefined) throw new Error(`the report ${report.name} has no stored function`);
    for (let n = 0; n < questions; n++) {
      const { args, parameters } = randomCall(random, set, fn);
      const ours = await outcomeOf(() => runReport(sql.store, report, { ...parameters, tz: 'UTC' }, { now: set.now }));
      // What the report refuses (a range in the future, a baseline within the range) a function answers as well as it can: it cannot refuse.
      if ('error' in ours && ours.error instanceof AttributionError) continue;
      const call = `${fn.name}(${Object.entries(args)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')})`;
      const theirs = await outcomeOf(async () => resultOf(await client.query(call), fn, ours));
      judge(set, report, call, parameters, ours, theirs, tally);
    }
  }
}

/** The rows of a call, with the rest of what SQL said: a function returns rows only. */
function resultOf(
  { columns, rows }: Awaited<ReturnType<KustoClient['query']>>,
  fn: StoredFunctionDefinition,
  sql: Outcome,
): ReportResult {
  const show = (of: typeof columns): string => of.map(({ name, type }) => `${name}:${type}`).join();
  if (show(columns) !== show(fn.columns)) throw new Error(`returns ${show(columns)}, declared ${show(fn.columns)}`);
  if ('error' in sql) throw sql.error;
  return {
    ...sql.result,
    rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]]))),
  };
}

function randomCall(random: Random, set: DataSet, fn: StoredFunctionDefinition): Call {
  const rows = set.parts.flatMap((part) => part.rows);
  const starts = rows.map((row) => row.windowStart);
  const [from, end] = [random.pick(starts), random.pick(starts)].sort((a, b) => a - b) as [number, number];
  const to = end + random.pick([1_000, set.windowSeconds * 1_000, 3_600_000]);
  const begin = from - random.pick([0, 0, 17_000, 3_600_000]);
  const call: { args: Record<string, string>; parameters: Record<string, unknown> } = {
    args: { From: time(begin), To: time(to) },
    parameters: { from: iso(begin), to: iso(to) },
  };
  for (const { name } of fn.parameters.slice(2)) {
    if (random.chance(0.6)) continue;
    const choice = choose[name];
    if (choice === undefined) throw new Error(`parity does not know the parameter ${name} of ${fn.name}`);
    const [value, parameters] = choice(random, set, rows, begin);
    call.args[name] = value;
    for (const [key, more] of Object.entries(parameters)) {
      call.parameters[key] =
        key === 'where' && call.parameters.where !== undefined ? `${call.parameters.where},${more}` : more;
    }
  }
  // A baseline is a pair.
  if ((call.args.BaselineFrom === undefined) !== (call.args.BaselineTo === undefined)) {
    delete call.args.BaselineFrom;
    delete call.args.BaselineTo;
    delete call.parameters.baseline;
  }
  return call;
}

type Choose = (random: Random, set: DataSet, rows: readonly TestRow[], begin: number) => [string, AnyParameters];

/** For each parameter of the functions a value, and what asks the same of `runReport`. */
const choose: Readonly<Record<string, Choose>> = {
  Services: listed('service'),
  Origins: listed('origin'),
  Targets: (random, _, rows) => {
    const { target } = random.pick(rows);
    return [list([target]), { where: `target=${quoted(target)}` }];
  },
  Measure: (random, _, rows) => {
    const { event } = random.pick(rows);
    return [text(event), { measure: event }];
  },
  Limit: (random) => {
    const limit = random.pick([1, 2, 7, 100_000]);
    return [String(limit), { limit }];
  },
  By: (random, _, rows) => {
    const by = randomBy(random, rows);
    return [text(by), { by }];
  },
  Peak: () => ['true', { at: 'peak' }],
  Step: (random, set) => {
    const n = Math.ceil((set.to - set.from) / 1000 / set.windowSeconds / random.int(1, 40)) * set.windowSeconds;
    return random.pick<[string, AnyParameters]>([
      [`${n}s`, { step: `${n}s` }],
      ['1h', { step: '1h' }],
      ['1d', { step: '1d' }],
    ]);
  },
  BaselineFrom: (_, set) => [time(set.from), {}],
  BaselineTo: (_, set, __, begin) => {
    const to = Math.max(begin - 600_000, set.from + 1_000);
    return [time(to), { baseline: `${iso(set.from)}..${iso(to)}` }];
  },
  AsOf: (random, set) => {
    const asOf = random.pick(set.parts).sealedAt + random.int(-2_000, 2_000);
    return [time(asOf), { asOf: iso(asOf) }];
  },
};

/** One of them, all but one, or all: the two that conditions in SQL can say, and no condition. */
function listed(field: 'service' | 'origin'): Choose {
  return (random, _, rows) => {
    const all = [...new Set(rows.map((row) => row[field]))];
    const one = random.pick(all);
    if (random.chance(0.4) && all.length > 1) {
      return [list(all.filter((value) => value !== one)), { where: `${field}!=${quoted(one)}` }];
    }
    return random.chance(0.2) ? [list(all), {}] : [list([one]), { where: `${field}=${quoted(one)}` }];
  };
}

const quoted = (value: string): string => `"${value.replaceAll(/[\\"]/g, '\\$&')}"`;
