/** The cells of one application, once everything is counted. */
import { UNCLAIMED } from './books.ts';
import type { AppSpec } from './cells.ts';
import { compare } from './compare.ts';
import { type Cell, cellOf, impossibleCell } from './report.ts';
import type { Resource } from './servers/start.ts';
import type { Count } from './tally.ts';
import { OWN_TARGETS, UNITS } from './targets.ts';
import { IMPOSSIBLE } from './unseen-cells.ts';

export function judge(
  spec: AppSpec,
  missing: ReadonlyMap<Resource, string>,
  expected: readonly Count[],
  got: readonly Count[],
): Cell[] {
  const own = (counts: readonly Count[], target: string) =>
    counts.filter((count) => count.target === target && count.cause.service === spec.service);
  const cells = spec.resources
    .filter((resource) => !missing.has(resource))
    .map((resource) => cellOf(spec.service, resource, compare(own(expected, resource), own(got, resource))));
  // Operations on a target that nobody expects are rows too many; where there are none, there is nothing to show.
  for (const target of [...OWN_TARGETS, UNCLAIMED]) {
    const result = compare(own(expected, target), own(got, target));
    if (result.operations > 0 || result.doubled > 0) cells.push(cellOf(spec.service, target, result, UNITS[target]));
  }
  for (const [target, reason] of Object.entries(IMPOSSIBLE)) {
    const operations = own(expected, target).reduce((sum, count) => sum + count.operations, 0);
    if (operations > 0) cells.push(impossibleCell(spec.service, target, operations, reason));
  }
  return cells;
}
