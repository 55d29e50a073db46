import type { KustoClient } from '../../../../src/kusto/client.ts';
import { declareParameters } from '../../../../src/kusto/literal.ts';
import { HEADER_ROW, type KustoNames } from '../../../../src/kusto/names.ts';
import { kustoColumns } from '../../../../src/reports/kql/functions.ts';
import { queryText } from '../../../../src/reports/query-text.ts';
import type { Report } from '../../../../src/reports/report.ts';
import { runReport } from '../../../../src/reports/run.ts';
import type { SchemaObject } from '../../../../src/stores/kusto/schema/objects.ts';
import { kqlStore } from '../../../../src/stores/kusto/store.ts';
import { type TestPart, testRow } from '../../../helpers/parts.ts';
import { type AnyParameters, parametersOf } from '../../../helpers/reports.ts';
import { evaluatingClient, kqlDatabase } from '../parity/kql-side.ts';
import type { Text } from './text.ts';

const HOUR = 3_600_000;
const begin = Date.UTC(2026, 10, 22, 10);

/** Two parts of two instances, so that each report has something to say. */
const parts: readonly TestPart[] = [0, 1].map((i) => ({
  instance: `instance${i}`,
  sequence: 1,
  sealedAt: begin + i * HOUR + 61_000,
  package: `0.${i}.0`,
  rows: [
    testRow({ windowStart: begin + i * HOUR, attributes: '{"tenant":"acme"}' }),
    testRow({ windowStart: begin + i * HOUR, target: 'service://storefront', event: 'http.server.request.duration' }),
  ],
}));

const fields = ['target', 'origin', 'service', 'originService', 'event', 'unit', 'attribute.tenant'];
const operators = ['="x"', '!="x"', '~"x*"', '!~"x*"', '~"*x"', '!~"*x*"', '~"*"'];

/** Each field once, and each kind of comparison on a column and on an attribute. */
const wheres: readonly AnyParameters[] = [
  ...fields.map((field) => `${field}="x"`),
  ...operators.flatMap((operator) => [`origin${operator}`, `attribute.tenant${operator}`]),
].map((where) => ({ where }));
/** Both kinds of attributes, and of patterns, at once. */
const manyWheres: AnyParameters = { where: 'unit="s",target~"x*",origin!~"*x",attribute.a!="b",attribute.c~"*"' };

const bys: readonly AnyParameters[] = [
  'origin',
  'target',
  'service',
  'attribute.tenant',
  'attribute.tenant,origin',
  'service,target',
].map((by) => ({ by }));

/** Each value of each parameter that can change a text alone, and those that meet in one text together. */
const variants: readonly AnyParameters[] = [
  {},
  ...wheres,
  ...bys,
  ...bys.map((by) => ({ ...by, ...manyWheres, measure: 'gen_ai.client.token.usage' })),
  { measure: 'no.such.event' },
  { asOf: '2026-11-22T10:30:00Z' },
  { at: 'peak' },
  { step: '5m' },
  { step: '1d' },
  { baseline: '10m' },
  { baseline: '2020-01-01..2020-01-02' },
  { from: '2026-11-22T10:00:30Z' },
  { from: '2026-11-22T09:00Z', to: '2026-11-22T09:30Z' },
  // What is nearest to it is far away.
  { from: '2026-06-01T00:00Z', to: '2026-06-02T00:00Z' },
];

/** Every query that the reports send. What they ask about the store first is answered; the reports themselves are not. */
export async function reportTexts(
  reports: readonly Report[],
  objects: readonly SchemaObject[],
  names: KustoNames,
): Promise<readonly Text[]> {
  const now = begin + HOUR + 120_000;
  const deliveries = parts.map((part) => ({ part, rows: [HEADER_ROW, ...part.rows.keys()] }));
  const evaluating = evaluatingClient(kqlDatabase(objects, names, deliveries), () => now);
  const found = new Map<string, Text>();
  const answers = new Map<string, ReturnType<KustoClient['query']>>();
  for (const report of reports) {
    const begins = queryText(report.folder, 'kql').slice(0, 40);
    let asked: AnyParameters = {};
    const client: KustoClient = {
      ...evaluating,
      query(text, parameters = {}) {
        const full = declareParameters(parameters) + text;
        const isReport = text.includes(begins);
        found.set(full, {
          source: `report ${report.name} ${JSON.stringify(asked)}`,
          text: full,
          ...(isReport ? { columns: kustoColumns(report) } : {}),
        });
        if (isReport) return Promise.resolve({ columns: [], rows: [] });
        const key = full + JSON.stringify(parameters);
        let answer = answers.get(key);
        if (answer === undefined) answers.set(key, (answer = evaluating.query(text, parameters)));
        return answer;
      },
    };
    for (const variant of variants) {
      if (Object.keys(variant).some((name) => !parametersOf(report).includes(name))) continue;
      asked = { tz: 'UTC', ...(variant.from === undefined ? { since: '3h' } : {}), ...variant };
      await runReport(kqlStore(client, names), report, asked, { now });
    }
  }
  return [...found.values()];
}
