import { kustoNames } from '../kusto/names.ts';
import type { Scope, VariableName } from './model.ts';

/** The database's own names; only the base name of them is the user's, and `kustoNames` has checked it. */
export function scopeOf(table: string, variables: Readonly<Record<VariableName, string>>): Scope {
  const names = kustoNames(table);
  return {
    variables,
    report(name, values = {}) {
      const given = { From: variables.from, To: variables.to, ...values };
      const texts = Object.entries(given).map(([parameter, value]) => `${parameter}=${value}`);
      return `${names.report(name)}(${texts.join(', ')})`;
    },
    sums: (grain) => `${names.sums}(${variables.from}, ${variables.to}, ${grain}, datetime(null))`,
  };
}

/** The filters of the page's variables, for `Scope.report`. */
export const filters = ({ variables }: Scope): Readonly<Record<string, string>> => ({
  Services: variables.services,
  Targets: variables.targets,
  Origins: variables.origins,
});

/** `durations` stands for the default measure of the reports: an empty text cannot be chosen from a list. */
export const measure = ({ variables }: Scope): string =>
  `iff(${variables.measure} == '${DURATIONS}', '', ${variables.measure})`;
export const DURATIONS = 'durations';

/** Who a line of `load`, `trend` or `compare` is about, in KQL: `storefront GET /search`, or the key alone. */
export const WHO = "trim(' ', strcat(keyService, ' ', key))";

/**
 * Points of a chart as (step, series, `value`), with 0 where a series has no row: charts draw a line over what is missing, and stacks
 * would lie.
 */
export const zeroFilled = (points: string, value: string): string => `let points = materialize(${points}
| summarize ${value} = sum(${value}) by step, series);
points
| summarize by step
| extend all = 1
| join kind=inner (points | summarize by series | extend all = 1) on all
| project step, series
| join kind=leftouter points on step, series
| project step, series, ${value} = coalesce(${value}, 0.0)`;
