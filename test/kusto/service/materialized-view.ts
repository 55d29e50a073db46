/**
 * A materialized view, kept up to date from the extents that its source got since. What is new in the source is run through the query
 * alone and then merged into what is there: so a view holds what was counted even after the source forgot it, as on the real service.
 *
 * What a view has taken up may lag behind: `materialized_view()` returns that part alone, the view by its name what came since as well,
 * counted at every question. A view on a view takes up only what the lower one has.
 */
import type { Extent, FakeTable, Policies } from './database.ts';
import { badRequest } from './service-error.ts';
import type { Column, ResultTable, Row } from './values.ts';
import { DedupRows, MergedRows } from './view-contents.ts';
import type { ViewDefinition } from './view-definition.ts';

export type RowSource = FakeTable | MaterializedView;

/** Runs a query that begins with `source`, with these rows in its place. */
export type RunOverRows = (
  query: string,
  source: string,
  columns: readonly Column[],
  rows: readonly Row[],
) => ResultTable;

export interface ViewProperties {
  readonly name: string;
  readonly source: RowSource;
  readonly sourceKind: 'table' | 'materialized-view';
  readonly definition: ViewDefinition;
  /** Begin with what the source holds; else only what comes from now on is in the view. */
  readonly backfill: boolean;
  readonly createdAt: number;
  readonly now: () => number;
  readonly run: RunOverRows;
}

export class MaterializedView {
  readonly name: string;
  readonly source: RowSource;
  readonly sourceKind: 'table' | 'materialized-view';
  readonly createdAt: number;
  readonly policies: Policies = new Map();
  folder = '';
  docString = '';
  autoUpdateSchema = false;
  /** Milliseconds of ingestion time in which a `take_any(*)` view recognises a key; undefined: for ever. */
  lookback: number | undefined;
  enabled = true;
  /** Milliseconds from the ingestion of a row until the view takes it up. What it has taken up, it keeps. */
  lagMs = 0;
  #definition: ViewDefinition;
  #sourceColumns: readonly Column[];
  #columns: readonly Column[];
  /** What was taken up: the extents of the source up to `#done`. */
  #contents: DedupRows | MergedRows;
  #done: number;
  /** The same with what came since; found anew when either changes. */
  #withDelta:
    | { readonly last: number; readonly extents: number; readonly contents: DedupRows | MergedRows }
    | undefined;
  readonly #now: () => number;
  readonly #run: RunOverRows;

  constructor({ name, source, sourceKind, definition, backfill, createdAt, now, run }: ViewProperties) {
    this.name = name;
    this.source = source;
    this.sourceKind = sourceKind;
    this.createdAt = createdAt;
    this.#now = now;
    this.#run = run;
    this.#definition = definition;
    this.#sourceColumns = source.columns;
    this.#columns = this.#columnsFor(definition);
    this.#contents = this.#emptyContents(definition);
    this.#done = backfill ? 0 : source.lastSequence;
  }

  get definition(): ViewDefinition {
    return this.#definition;
  }

  get columns(): readonly Column[] {
    this.refresh();
    return this.#columns;
  }

  /** What the view returns by its name. */
  get rows(): readonly Row[] {
    return this.#whole().rows;
  }

  /** What `materialized_view()` returns. */
  get materializedRows(): readonly Row[] {
    this.refresh();
    return this.#contents.rows;
  }

  /** Only of a `take_any(*)` view, whose rows never change once they are there. */
  get extents(): readonly Extent[] {
    return this.#whole().extents;
  }

  get materializedExtents(): readonly Extent[] {
    this.refresh();
    return this.#contents.extents;
  }

  get lastSequence(): number {
    return this.#whole().lastSequence;
  }

  /** The keys of a view can never change; filters and aggregates can, for what comes from now on. */
  alter(definition: ViewDefinition): void {
    this.refresh();
    if (definition.keys.join() !== this.#definition.keys.join() || definition.dedup !== this.#definition.dedup) {
      throw badRequest(
        'General_BadRequest',
        `Cannot alter materialized view '${this.name}': its group-by keys cannot change.`,
      );
    }
    const columns = this.#columnsFor(definition);
    const kept = this.#columns.every(({ name, type }, i) => columns[i]?.name === name && columns[i]?.type === type);
    if (!kept) {
      throw badRequest(
        'General_BadRequest',
        `Cannot alter materialized view '${this.name}': columns may only be added at the end.`,
      );
    }
    this.#contents.widen(columns);
    if (this.#contents instanceof MergedRows) this.#contents.setAggregates(definition.aggregates);
    this.#definition = definition;
    this.#columns = columns;
    this.#sourceColumns = this.source.columns;
    this.#withDelta = undefined;
  }

  /** Retention: forgets what was ingested, or last changed, before a time. */
  dropBefore(at: number): void {
    this.refresh();
    this.#contents.dropBefore(at);
    this.#withDelta = undefined;
  }

  /** Takes up what the source got since, as far as the lag lets it. Called by whatever looks at the view. */
  refresh(): void {
    if (!this.enabled || !this.#followSchema()) return;
    const { source } = this;
    const extents = source instanceof MaterializedView ? source.materializedExtents : source.extents;
    const through = this.#now() - this.lagMs;
    const fresh = extents.filter(({ sequence, ingestedAt }) => sequence > this.#done && ingestedAt <= through);
    if (fresh.length === 0) return;
    this.#done = fresh.at(-1)!.sequence;
    this.#withDelta = undefined;
    this.#add(this.#contents, fresh);
  }

  /** A view that is disabled, or had to stop, shows nothing new. */
  #whole(): DedupRows | MergedRows {
    this.refresh();
    const delta = this.enabled ? this.source.extents.filter(({ sequence }) => sequence > this.#done) : [];
    if (delta.length === 0) return this.#contents;
    const last = delta.at(-1)!.sequence;
    if (this.#withDelta?.last !== last || this.#withDelta.extents !== delta.length) {
      const contents = this.#contents.copy();
      this.#add(contents, delta);
      this.#withDelta = { last, extents: delta.length, contents };
    }
    return this.#withDelta.contents;
  }

  #add(contents: DedupRows | MergedRows, extents: readonly Extent[]): void {
    if (contents instanceof DedupRows) {
      for (const { rows, ingestedAt } of extents) contents.add(this.#keyed(rows), ingestedAt, this.lookback);
    } else {
      const rows = extents.flatMap((extent) => extent.rows);
      contents.add(this.#queried(rows), extents.at(-1)!.ingestedAt);
    }
  }

  /** False when the view had to stop: its `*` no longer means what it did. */
  #followSchema(): boolean {
    const columns = this.source.columns;
    if (columns === this.#sourceColumns) return true;
    if (this.#definition.dedup) {
      if (!this.autoUpdateSchema) {
        this.enabled = false;
        return false;
      }
      this.#columns = this.#columnsFor(this.#definition);
      this.#contents.widen(this.#columns);
      this.#withDelta = undefined;
    }
    this.#sourceColumns = columns;
    return true;
  }

  #columnsFor(definition: ViewDefinition): readonly Column[] {
    return this.#isPlain(definition)
      ? this.#order(definition).map((i) => this.source.columns[i]!)
      : this.#run(definition.text, this.source.name, this.source.columns, []).columns;
  }

  #emptyContents(definition: ViewDefinition): DedupRows | MergedRows {
    const keys = definition.keys.length;
    return definition.dedup ? new DedupRows(keys) : new MergedRows(keys, definition.aggregates);
  }

  /** `Source | summarize take_any(*) by A, B`: no need to run it. */
  #isPlain({ dedup, prefix, keys }: ViewDefinition): boolean {
    const names = this.source.columns.map(({ name }) => name);
    return dedup && prefix === '' && keys.every((key) => names.includes(key));
  }

  /** Positions in the source of the columns of a plain view: keys first. */
  #order({ keys }: ViewDefinition): number[] {
    const names = this.source.columns.map(({ name }) => name);
    const keyAt = keys.map((key) => names.indexOf(key));
    return [...keyAt, ...names.flatMap((_, i) => (keyAt.includes(i) ? [] : [i]))];
  }

  #keyed(rows: readonly Row[]): readonly Row[] {
    if (!this.#isPlain(this.#definition)) return this.#queried(rows);
    const order = this.#order(this.#definition);
    return rows.map((row) => order.map((i) => row[i]!));
  }

  #queried(rows: readonly Row[]): readonly Row[] {
    return this.#run(this.#definition.text, this.source.name, this.source.columns, rows).rows;
  }
}
