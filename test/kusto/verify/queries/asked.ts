/** Every query that a run of a report sends with `--store kusto`, and what each reads. */
import type { KqlParameter } from '../../../../src/core/contracts/store.ts';
import type { KustoClient, KustoResult } from '../../../../src/kusto/client.ts';
import { declareParameters, kqlLiteral } from '../../../../src/kusto/literal.ts';
import type { KustoNames } from '../../../../src/kusto/names.ts';
import type { Report } from '../../../../src/reports/report.ts';
import { runReport } from '../../../../src/reports/run.ts';
import { kqlStore } from '../../../../src/stores/kusto/store.ts';
import { type AnyParameters, parametersOf } from '../../../helpers/reports.ts';
import { evaluate, type KqlDatabase, type Read } from '../../kql/index.ts';
import type { Bound } from './bounds.ts';
import { from, now, to } from './long-set.ts';
import { type Question, type Share, sharesIn } from './question.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** The first is what its references are counted by. The others ask what a run asks besides. */
const variants: readonly AnyParameters[] = [
  {},
  { by: 'attribute.tenant' },
  { where: 'service="storefront"' },
  { at: 'peak' },
  { step: '5m' },
  { baseline: '10m' },
  { measure: 'no.such.event' },
  { by: 'attribute.nothing' },
  { asOf: iso(to - 120_000) },
];

export interface Asked {
  readonly question: Question;
  /** Of the plain run. */
  readonly plain: boolean;
  readonly shares: readonly Share[];
}

/** @param brief the plain run only */
export async function asked(
  report: Report,
  names: KustoNames,
  database: KqlDatabase,
  brief: boolean,
): Promise<readonly Asked[]> {
  const found: Asked[] = [];
  for (const variant of brief ? variants.slice(0, 1) : variants) {
    if (Object.keys(variant).some((name) => !parametersOf(report).includes(name))) continue;
    const record = (question: Question, shares: readonly Share[]) =>
      void found.push({ question, plain: variant === variants[0], shares });
    const client = recordingClient(report.name, JSON.stringify(variant), database, record);
    await runReport(kqlStore(client, names), report, { tz: 'UTC', from: iso(from), to: iso(to), ...variant }, { now });
  }
  return found;
}

function recordingClient(
  subject: string,
  variant: string,
  database: KqlDatabase,
  record: (question: Question, shares: readonly Share[]) => void,
): KustoClient {
  return {
    cluster: 'evaluator',
    database: database.name,
    async query(text, parameters = {}) {
      const entries = Object.entries(parameters);
      const values = Object.fromEntries(entries.map(([name, parameter]) => [name, kqlLiteral(parameter)]));
      const full = declareParameters(parameters) + text;
      const reads: Read[] = [];
      const answer = evaluate(full, database, { parameters: values, now, reads }) as KustoResult;
      const given = Object.fromEntries(entries.map(([name, parameter]) => [name, boundOf(parameter)]));
      record({ subject, source: `asked ${variant}`, text: full, given, values }, sharesIn(reads, database));
      return answer;
    },
    command: () => Promise.reject(new Error('the reports run queries only')),
    close: () => Promise.resolve(),
  };
}

/** Nobody asks about the time before this. */
const EVER = Date.UTC(2000, 0, 1);

export function boundOf({ type, value }: KqlParameter): Bound {
  if (type !== 'datetime' || value === null) return 'none';
  return (value as number) < EVER ? 'ever' : 'asked';
}
