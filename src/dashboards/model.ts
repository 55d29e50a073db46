/** What a dashboard shows, before it is written for Azure Data Explorer (adx.ts) or Grafana (grafana.ts). */

/** Both grids are this wide. */
export const GRID_WIDTH = 24;

/** What a reader can choose. `from` and `to` are datetimes, `services`, `targets`, `origins` lists (empty: all), the others text. */
export type VariableName = 'from' | 'to' | 'services' | 'targets' | 'origins' | 'measure' | 'by';

/** How a query names things: the same text over the same functions, in the words of one product and one database. */
export interface Scope {
  /** KQL expressions. */
  readonly variables: Readonly<Record<VariableName, string>>;
  /** A call of the stored function of a report. Values are KQL expressions, by the function's parameter names. */
  report(name: string, values?: Readonly<Record<string, string>>): string;
  /** The function of all sums in a range: `sums('1h')`. */
  sums(grain: string): string;
}

/** KQL of one panel; what it returns is named by the views of its visual. */
export type Query = (scope: Scope) => string;

/**
 * What a number is, in base units. `active`: operations under way at once (seconds per second). `value`: in the row's own unit, which
 * stands beside it. `share`: 1 is all.
 */
export type Quantity = 'text' | 'time' | 'flag' | 'share' | 'seconds' | 'active' | 'rate' | 'count' | 'value';

/** One column of a query and how to show it. */
export interface View {
  readonly column: string;
  readonly title: string;
  readonly quantity: Quantity;
  /** From here on the number deserves attention, and from `bad` on action. */
  readonly warn?: number;
  readonly bad?: number;
}

export type Visual =
  | { readonly kind: 'text'; readonly markdown: string }
  /** One row; each view is a big number. */
  | { readonly kind: 'stats'; readonly values: readonly View[] }
  | { readonly kind: 'table'; readonly columns: readonly View[] }
  /** One horizontal bar per row. */
  | { readonly kind: 'bars'; readonly label: View; readonly value: View }
  /** One column per label, stacked by series. */
  | { readonly kind: 'stack'; readonly label: View; readonly value: View; readonly series: View }
  | {
      readonly kind: 'area' | 'lines';
      readonly time: View;
      readonly value: View;
      readonly series: View;
    };

export interface Panel {
  /** Stable within its page: ids are made from it. */
  readonly key: string;
  readonly title: string;
  readonly description?: string;
  /** In cells of the grid; panels fill lines from left to right, in order. */
  readonly width: number;
  readonly height: number;
  readonly visual: Visual;
  /** Absent where the visual is text, and where it shows a part of what the page asks. */
  readonly query?: Query;
  /** What it shows of the page's question. */
  readonly part?: Part;
}

/** Rows of the page's question in its order; or those that have one of the first places in a column, in the order of that. */
export type Part = 'all' | { readonly place: string; readonly most: number };

/** The place of a row that has none: a number, because what compares less well with nothing differs between products. */
export const NO_PLACE = 1_000_000;

export interface Page {
  readonly key: string;
  readonly title: string;
  /** What several panels show parts of. One expression, with a column for each place that a part may ask for. */
  readonly question?: Query;
  readonly panels: readonly Panel[];
}

/** Every query of a page, the one that panels share once. */
export const queriesOf = ({ question, panels }: Page): readonly Query[] =>
  [question, ...panels.map(({ query }) => query)].filter((query) => query !== undefined);

/** A variable that is chosen from the answer of a query, in the one column `value`. */
export interface Choice {
  readonly variable: Exclude<VariableName, 'from' | 'to'>;
  readonly title: string;
  readonly description: string;
  /** Many, with "all"; else exactly one, and this one first. */
  readonly first: 'all' | { readonly value: string };
  readonly query: Query;
}

/** Which database a dashboard asks. */
export interface Place {
  readonly cluster: string;
  readonly database: string;
  /** Base name of tables and functions. */
  readonly table: string;
  readonly title: string;
}

/** Panels with their place on the grid: a line ends where the next panel does not fit. */
export function laidOut(panels: readonly Panel[]): readonly { panel: Panel; x: number; y: number }[] {
  const placed: { panel: Panel; x: number; y: number }[] = [];
  let [x, y, lineHeight] = [0, 0, 0];
  for (const panel of panels) {
    if (x + panel.width > GRID_WIDTH) [x, y, lineHeight] = [0, y + lineHeight, 0];
    placed.push({ panel, x, y });
    x += panel.width;
    lineHeight = Math.max(lineHeight, panel.height);
  }
  return placed;
}

/** The columns that a visual shows, in order. */
export function viewsOf(visual: Visual): readonly View[] {
  switch (visual.kind) {
    case 'text':
      return [];
    case 'stats':
      return visual.values;
    case 'table':
      return visual.columns;
    case 'bars':
      return [visual.label, visual.value];
    case 'stack':
      return [visual.label, visual.series, visual.value];
    default:
      return [visual.time, visual.series, visual.value];
  }
}
