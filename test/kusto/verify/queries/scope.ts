/** What the walk over a query works on: references, the rows that come from them, names in sight. */
import type { StoredFunction } from '../../kql/analyser.ts';
import type { Node } from '../../kql/tree.ts';
import type { Bound } from './bounds.ts';

export interface Reference {
  readonly table: string;
  /** By `materialized_view()`: without what the view has not taken up. */
  readonly materialized: boolean;
  /** The functions that it is in, outermost first. */
  readonly within: readonly string[];
  /** The text from each call on, outermost first, and from the reference on. */
  readonly sites: readonly string[];
  readonly bounded: boolean;
  /** Bounded by a value of a table that is not: it will be when that is. */
  readonly follows: boolean;
}

export interface Tables {
  /** Tables and views by name. */
  readonly tables: ReadonlySet<string>;
  readonly functions: ReadonlyMap<string, StoredFunction>;
}

/** What the values of parameters say; those that are not here say nothing. */
export type Given = Readonly<Record<string, Bound>>;

export interface Open {
  readonly reference: { bounded: boolean; follows: boolean };
  /** Columns that still say when the row began or was sealed. */
  readonly times: ReadonlySet<string>;
}

export interface Flow {
  /** References that a filter would still reach. */
  readonly open: readonly Open[];
  /** All that the rows come from. */
  readonly sources: ReadonlySet<{ readonly bounded: boolean }>;
  /** Of values that come from no table. */
  readonly bound: Bound;
}

export type Binding =
  | { readonly kind: 'scalar'; readonly bound: () => Bound }
  | { readonly kind: 'table'; readonly flow: () => Flow }
  | { readonly kind: 'function'; readonly declaration: Node; readonly scope: Scope };

/** Names in sight, and where the text is. */
export class Scope {
  readonly names = new Map<string, Binding>();
  /** What is evaluated once, by its node: each call of a function has a scope of its own. */
  readonly once = new Map<Node, Flow>();
  readonly source: string;
  readonly within: readonly string[];
  /** Excerpts of where each of them is called. */
  readonly sites: readonly string[];
  readonly #parent: Scope | undefined;

  constructor(source: string, { within, sites }: Pick<Scope, 'within' | 'sites'>, parent?: Scope) {
    this.source = source;
    this.within = within;
    this.sites = sites;
    this.#parent = parent;
  }

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.#parent?.find(name);
  }
}

/** To the end of the statement, on one line. */
export const excerpt = ({ start }: Node, { source }: Scope): string =>
  source
    .slice(start)
    .split(/;\s*(?:\n|$)/)[0]!
    .replaceAll(/\s+/g, ' ');

export const nothing: Flow = { open: [], sources: new Set(), bound: 'none' };

export const closed = (flow: Flow): Flow => ({ ...flow, open: [] });
