import type { Choice, Query } from './model.ts';
import { DURATIONS } from './scope.ts';

/** The engine's accounts of itself are on the page of the books, nowhere else. */
const rows: Query = (scope) => `${scope.sums('1h')}
| where Target != 'otel-attribution'`;

/** `all` of a list is an empty one, or none at all. */
const chosen = (column: string, list: string): string =>
  `| where coalesce(array_length(${list}), 0) == 0 or ${column} in (${list})`;

const values = (column: string): string => `| summarize by value = ${column}
| order by value asc
| take 1000`;

/** Each list holds what the choices before it leave. */
export const choices: readonly Choice[] = [
  {
    variable: 'services',
    title: 'Service',
    description: 'Services that reported in the range',
    first: 'all',
    query: (scope) => `${rows(scope)}
${values('Service')}`,
  },
  {
    variable: 'targets',
    title: 'Target',
    description: 'Databases, queues and APIs that were used',
    first: 'all',
    query: (scope) => `${rows(scope)}
${chosen('Service', scope.variables.services)}
${values('Target')}`,
  },
  {
    variable: 'origins',
    title: 'Origin',
    description: 'Routes, jobs and consumers that caused load',
    first: 'all',
    query: (scope) => `${rows(scope)}
${chosen('Service', scope.variables.services)}
${chosen('Target', scope.variables.targets)}
${values('Origin')}`,
  },
  {
    variable: 'measure',
    title: 'Measure',
    description: 'What is counted; durations are those of calls to targets',
    first: { value: DURATIONS },
    query: (scope) => `${rows(scope)}
| summarize by value = Event
| extend place = 1
| union (print value = '${DURATIONS}', place = 0)
| order by place asc, value asc
| take 1000
| project value`,
  },
  {
    variable: 'by',
    title: 'By',
    description: 'What is compared; attribute.<name> are the dimensions of your own',
    first: { value: 'origin' },
    query: (scope) => `${rows(scope)}
| where isnotempty(Attributes)
| distinct Attributes
| mv-expand name = bag_keys(parse_json(Attributes)) to typeof(string)
| where isnotempty(name)
| summarize by value = strcat('attribute.', name)
| extend place = 1
| union (datatable(value:string, place:long)['origin', 0, 'target', 0, 'service', 0])
| order by place asc, value asc
| project value`,
  },
];
