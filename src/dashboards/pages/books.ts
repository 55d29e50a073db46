import type { Page, Query } from '../model.ts';
import { filters } from '../scope.ts';
import { views } from '../views.ts';
import { words } from '../words.ts';

const coverage: Query = (scope) => scope.report('coverage', { ...filters(scope), Limit: '500' });

const checks: Query = (scope) => `${coverage(scope)}
| where isnotnull(ok)
| summarize failing = countif(not(ok)) by check
| summarize
    rows = sumif(failing, check == 'rows'), gaps = sumif(failing, check == 'gap'),
    killed = sumif(failing, check == 'no-final'), silent = sumif(failing, check == 'silent'),
    spans = sumif(failing, check == 'spans')`;

const sources: Query = (scope) => `${scope.report('sources', { Limit: '500' })}
| order by partsMissing desc, service asc, lastSealed desc`;

const inventory: Query = (scope) => scope.report('inventory', { ...filters(scope), Limit: '500' });

export const books: Page = {
  key: 'books',
  title: 'Books',
  panels: [
    words(
      'Can the numbers be trusted? Every sealed part should be here with all of its rows, no number of a sequence should be missing, and no service should have fallen silent. *No final part*: the process was killed, or is idle.',
    ),
    {
      key: 'checks',
      title: 'Failing checks',
      width: 24,
      height: 4,
      visual: {
        kind: 'stats',
        values: [
          { column: 'rows', title: 'Parts without all rows', quantity: 'count', warn: 1, bad: 1 },
          { column: 'gaps', title: 'Instances with gaps', quantity: 'count', warn: 1, bad: 5 },
          { column: 'killed', title: 'No final part', quantity: 'count', warn: 1, bad: 20 },
          { column: 'silent', title: 'Silent services', quantity: 'count', warn: 1, bad: 3 },
          { column: 'spans', title: 'Spans unexplained', quantity: 'count', warn: 1, bad: 1 },
        ],
      },
      query: checks,
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
      query: coverage,
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
