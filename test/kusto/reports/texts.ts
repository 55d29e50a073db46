/** Every text that reports send to Kusto, for the analyser: all reports, and all that varies in their texts. */

import type { KqlParameters, KqlStore } from '../../../src/core/contracts/store.ts';
import { declareParameters } from '../../../src/kusto/literal.ts';
import type { KustoColumn, KustoNames } from '../../../src/kusto/names.ts';
import { kustoColumns } from '../../../src/reports/kql/functions.ts';
import type { Report } from '../../../src/reports/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { type AnyParameters, allReports, parametersOf } from '../../helpers/reports.ts';

export interface RenderedText {
  /** Report and parameters that led to it. */
  readonly of: string;
  /** With its declaration of parameters. */
  readonly text: string;
  readonly parameters: KqlParameters;
  /** Columns it must return, where it is the query of a report. */
  readonly columns: readonly KustoColumn[] | undefined;
}

const now = Date.UTC(2026, 10, 22, 15, 0, 30);

/** Every field under every operator, and the shapes that a pattern can have. */
const conditions = ['target', 'origin', 'service', 'originService', 'event', 'unit', 'attribute.tenant'].flatMap(
  (field) => ['=x', '!=x', '~x*', '!~x*', '~*x.y*', '~x'].map((condition) => field + condition),
);
const wheres = [0, 20, 40].map((i) => conditions.slice(i, i + 20).join(','));
const varied: Readonly<Record<string, readonly string[]>> = {
  where: wheres,
  by: ['target', 'service', 'attribute.tenant', 'origin,target', 'attribute.a,attribute.b,service,origin'],
  measure: ['gen_ai.client.token.usage'],
  asOf: ['2h'],
  at: ['peak'],
  step: ['1h', '1d'],
  baseline: ['2h', '2026-11-20..2026-11-21'],
};

/** One parameter varied at a time, and a few together. */
function* cases(report: Report): Generator<AnyParameters> {
  yield {};
  for (const name of parametersOf(report)) for (const value of varied[name] ?? []) yield { [name]: value };
  const takes = (name: string): boolean => parametersOf(report).includes(name);
  yield {
    since: '30d',
    limit: 3,
    ...(takes('by') && { by: 'attribute.tenant' }),
    ...(takes('at') && { at: 'peak' }),
    ...(takes('where') && { where: 'origin~GET *,unit=s' }),
    ...(takes('asOf') && { asOf: '1h' }),
  };
}

/** What a store is asked, once per distinct text. The store has no rows to answer with. */
export async function renderedTexts(names: KustoNames): Promise<RenderedText[]> {
  const found = new Map<string, RenderedText>();
  for (const report of allReports) {
    for (const parameters of cases(report)) {
      const asked: { text: string; parameters: KqlParameters }[] = [];
      const store: KqlStore = {
        language: 'kql',
        names,
        close: () => {},
        async query<R>(text: string, values: KqlParameters = {}): Promise<R[]> {
          asked.push({ text, parameters: values });
          const begin = now - 600_000;
          const range = {
            Begin: begin,
            Low: null,
            High: null,
            WidestMs: 60_000,
            WidthMs: 60_000,
            Covered: [[begin, now]],
          };
          const row = { kind: 'key', keyService: '', key: '(none)' };
          return [{ Fresh: now - 30_000, ...range, RowsGone: false, Settled: begin, ...row, Services: 1 } as R];
        },
      };
      await runReport(store, report, { tz: 'UTC', ...parameters }, { now });
      // A question that finds nothing looks for what there is.
      const empty: KqlStore = {
        ...store,
        query: async <R>(text: string, values: KqlParameters = {}) => {
          const rows = await store.query<R>(text, values);
          return /Fresh = _fresh|Low = _rangeLow|summarize Services = /.test(text) ? rows : [];
        },
      };
      await runReport(empty, report, { tz: 'UTC', ...parameters }, { now });
      // Where the range holds nothing at all: what is nearest to it, first after what is farthest.
      const bare: KqlStore = {
        ...store,
        query: async <R>(text: string, values: KqlParameters = {}) => {
          const rows = await store.query<R>(text, values);
          const at = /At = min\(WindowStart\)/.test(text) ? now : null;
          return rows.map((row) => ({ ...row, Services: 0, At: at }));
        },
      };
      await runReport(bare, report, { tz: 'UTC', ...parameters }, { now });
      const own = Object.keys(report.columns);
      for (const { text, parameters: values } of asked) {
        const isAnswer = own.every((name) => new RegExp(`\\b${name}'?\\]? = `).test(text));
        found.set(text, {
          of: `${report.name} ${JSON.stringify(parameters)}`,
          text: declareParameters(values) + text,
          parameters: values,
          columns: isAnswer ? kustoColumns(report) : undefined,
        });
      }
    }
  }
  return [...found.values()];
}
