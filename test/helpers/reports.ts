import type { KustoNames } from '../../src/kusto/names.ts';
import { allReports as loadReports } from '../../src/reports/all.ts';
import type { CompareParameters } from '../../src/reports/compare/report.ts';
import { reportFunctions as functionsOf } from '../../src/reports/kql/functions.ts';
import type { LoadParameters } from '../../src/reports/load/report.ts';
import type { Report } from '../../src/reports/report.ts';
import type { TrendParameters } from '../../src/reports/trend/report.ts';

export const allReports = await loadReports();

export const reportFunctions = (names: KustoNames) => functionsOf(names, allReports);

/** Of reports in general and of any one in particular. */
export type AnyParameters = LoadParameters & TrendParameters & CompareParameters;

/** Names of all parameters of a report. */
export const parametersOf = (report: Report): readonly string[] => [
  ...report.parameters,
  ...Object.keys(report.own ?? {}),
];
