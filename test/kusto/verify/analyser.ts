/** Every text that a Kusto database gets from this package, through Microsoft's own analyser. */

import { kustoNames } from '../../../src/kusto/names.ts';
import { schemaScript } from '../../../src/stores/kusto/schema/script.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import type { AnalyserDatabase } from '../kql/analyser.ts';
import { dashboardTexts } from './analyser/dashboard-texts.ts';
import { diagnosticsOf } from './analyser/judge.ts';
import { reportTexts } from './analyser/report-texts.ts';
import { databaseOf, schemaTexts } from './analyser/schema-texts.ts';
import { sessionTexts } from './analyser/session-texts.ts';
import { unanalysed } from './analyser/source-scan.ts';
import type { Text } from './analyser/text.ts';
import { parityObjects } from './parity/kql-side.ts';
import { allReports } from './reports.ts';
import type { Section, SectionOptions } from './section.ts';

const HOUR = 3_600_000;

export async function run({ brief, log }: Pick<SectionOptions, 'brief' | 'log'>): Promise<Section> {
  const counts: Record<string, number> = {};
  const details: string[] = [];
  const texts: Text[] = [];
  const take = (kind: string, found: readonly Text[], database: AnalyserDatabase): void => {
    counts[kind] = (counts[kind] ?? 0) + found.length;
    texts.push(...found);
    for (const text of found) details.push(...diagnosticsOf(text, database));
    log(`${found.length} texts of ${kind}, ${details.length} diagnostics`);
  };
  // A table of another name shows what is written into a text where a name belongs.
  for (const base of brief ? ['Attribution'] : ['Attribution', 'Other_1']) {
    const names = kustoNames(base);
    const functions = reportFunctions(names);
    const objects = parityObjects(names, functions);
    const database = databaseOf(objects);
    const script = schemaScript(names, { functions, package: '0.0.0' });
    take('schema', [...schemaTexts(objects, names), { source: 'schema --print', text: script }], database);
    take('overTheWire', await sessionTexts(names, functions), database);
    take('reports', await reportTexts(await allReports(), objects, names), database);
  }
  const names = kustoNames();
  const upgraded = parityObjects(names, reportFunctions(names), 490_000 * HOUR);
  take('upgradedSchema', schemaTexts(upgraded, names), databaseOf(upgraded));
  take('dashboards', dashboardTexts(), databaseOf(parityObjects(names, reportFunctions(names))));
  details.push(...unanalysed(texts));
  return { numbers: { texts: texts.length, diagnostics: details.length, ...counts }, details };
}
