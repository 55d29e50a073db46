/** What an answer looks like: tables as data, which `render.ts` lays out in the width there is. */

export interface Page {
  readonly blocks: readonly Block[];
  /** Said below them. */
  readonly more?: string;
}

export interface Block {
  readonly title?: Title;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (TableRow | Remark)[];
  /** Without a line of heads. */
  readonly bare?: true;
}

/** `name · fact · fact`, of which only the name may be shortened. */
export interface Title {
  readonly name: string;
  readonly facts: readonly string[];
}

/** One cell per column, the last may be missing. */
export type TableRow = readonly Cell[];

/** `name: says`, over all columns, below the row it is about. */
export interface Remark {
  readonly name: string;
  readonly says: string;
}

/** A name may have parts, which stand below one another; one that is a single text takes the room of all parts. */
export type Cell = string | readonly string[];

export interface TableColumn {
  readonly head: Cell;
  /** Stands above the head. */
  readonly above?: string;
  /**
   * `number`: to the right, never cut. `whole`: to the left, never cut. `name`: to the left, shortened in the middle where room is scarce.
   * `prose`: the last column, broken between words, or below its row where room is scarce.
   */
  readonly kind: 'number' | 'whole' | 'name' | 'prose';
  /** Its head is a name: shortened in the middle. */
  readonly namedHead?: true;
  /** Where room is scarce the columns with the highest go first; those without never do. */
  readonly drop?: number;
  /** Dress of its cells, for terminals. */
  readonly dress?: (cell: string) => string;
}

/** What a page is shown on. */
export interface Sheet {
  /** In cells; `Infinity` where nobody minds. */
  readonly width: number;
  readonly style: Style;
}

/** Dress for a terminal; whoever prints knows whether it is one. */
export type Style = Readonly<Record<'bold' | 'green' | 'red', (text: string) => string>>;

const same = (text: string): string => text;
export const plainStyle: Style = { bold: same, green: same, red: same };

/** Without limits and without dress. */
export const plainSheet: Sheet = { width: Number.POSITIVE_INFINITY, style: plainStyle };
