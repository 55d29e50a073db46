import type { Page, Query } from '../model.ts';
import { filters } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

/** How many of each check fail stands in the first line. */
const coverage: Query = (scope) => `${scope.report('coverage', { ...filters(scope), Limit: '500' })}
| serialize line = row_number()
| extend failed = iff(isnull(ok) or ok, '', check)
| as hint.materialized=true _lines
| lookup kind=leftouter (_lines
    | summarize rowsFailed = countif(failed == 'rows'), gaps = countif(failed == 'gap'), killed = countif(failed == 'no-final'),
        silent = countif(failed == 'silent'), spans = countif(failed == 'spans'), line = min(line)) on line
| order by line asc`;

const sources: Query = (scope) => `${scope.report('sources', { Limit: '500' })}
| order by partsMissing desc, service asc, lastSealed desc`;

const inventory: Query = (scope) => scope.report('inventory', { ...filters(scope), Limit: '500' });

export const books: Page = {
  key: 'books',
  title: 'Books',
  question: coverage,
  panels: [
    words(
      'Can the numbers be trusted? Every sealed part should be here with all of its rows, no number of a sequence should be missing, and no service should have fallen silent. *No final part*: the process was killed, or is idle. What arrives more than three hours late counts some minutes after it has arrived.',
    ),
    {
      key: 'checks',
      title: 'Failing checks',
      width: 24,
      height: 4,
      visual: {
        kind: 'stats',
        values: [
          { column: 'rowsFailed', title: 'Parts without all rows', quantity: 'count', warn: 1, bad: 1 },
          { column: 'gaps', title: 'Instances with gaps', quantity: 'count', warn: 1, bad: 5 },
          { column: 'killed', title: 'No final part', quantity: 'count', warn: 1, bad: 20 },
          { column: 'silent', title: 'Silent services', quantity: 'count', warn: 1, bad: 3 },
          { column: 'spans', title: 'Spans unexplained', quantity: 'count', warn: 1, bad: 1 },
        ],
      },
      part: { place: 'line', most: 1 },
    },
    {
      key: 'coverage',
      title: 'Coverage',
      width: 12,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          { column: 'check', title: 'Check', quantity: 'text' },
          { column: 'subject', title: 'Subject', quantity: 'text' },
          { column: 'reason', title: 'Reason', quantity: 'text' },
          views.value,
          views.unit,
          views.share,
          { column: 'ok', title: 'OK', quantity: 'flag' },
        ],
      },
      part: 'all',
    },
    {
      key: 'sources',
      title: 'Who reports',
      width: 12,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          { column: 'service', title: 'Service', quantity: 'text' },
          { column: 'instance', title: 'Instance', quantity: 'text' },
          { column: 'package', title: 'Version', quantity: 'text' },
          { column: 'lastSealed', title: 'Last part', quantity: 'time' },
          { column: 'parts', title: 'Parts', quantity: 'count' },
          { column: 'rows', title: 'Rows', quantity: 'count' },
          { column: 'partsMissing', title: 'Parts missing', quantity: 'count', warn: 1, bad: 10 },
          { column: 'ended', title: 'Ended', quantity: 'flag' },
        ],
      },
      query: sources,
    },
    {
      key: 'inventory',
      title: 'What is measured',
      description: 'Lines with an attribute say how many rows would be saved without it.',
      width: 24,
      height: 12,
      visual: {
        kind: 'table',
        columns: [
          views.target,
          views.event,
          views.unit,
          { column: 'attribute', title: 'Attribute', quantity: 'text' },
          { column: 'rows', title: 'Rows', quantity: 'count' },
          { column: 'rowsSaved', title: 'Rows saved without', quantity: 'count' },
          { column: 'origins', title: 'Origins', quantity: 'count' },
          { column: 'keys', title: 'Keys', quantity: 'count' },
          views.calls,
          views.value,
          { column: 'firstSeen', title: 'First seen', quantity: 'time' },
          { column: 'lastSeen', title: 'Last seen', quantity: 'time' },
        ],
      },
      query: inventory,
    },
  ],
};
