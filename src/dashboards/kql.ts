import { kqlString } from '../kusto/literal.ts';
import type { Part, Quantity, Visual } from './model.ts';
import { viewsOf } from './model.ts';

/** A column name as KQL wants it. */
export const columnName = (title: string): string => (/^[A-Za-z_]\w*$/.test(title) ? title : `[${kqlString(title)}]`);

export interface Shown {
  /** Name of the column that the reader sees. */
  readonly title: string;
  /** What it is made of. */
  readonly expression: string;
}

/** A part of a question, in KQL. */
export const partOf = (question: string, part: Part): string =>
  part === 'all' ? question : `${question}\n| where ${part.place} <= ${part.most}\n| order by ${part.place} asc`;

/** The query of a panel, and after it the columns of its visual under the names that a reader sees. */
export function shownAs(
  query: string,
  visual: Visual,
  show: (column: string, title: string, quantity: Quantity) => Shown,
): string {
  const shown = viewsOf(visual).map(({ column, title, quantity }) => show(column, title, quantity));
  const columns = shown.map(({ title, expression }) => `${columnName(title)} = ${expression}`);
  const ordered =
    visual.kind === 'area' || visual.kind === 'lines' ? `\n| order by ${columnName(shown[0]!.title)} asc` : '';
  return `${query}\n| project ${columns.join(', ')}${ordered}`;
}
