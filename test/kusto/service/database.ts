/** What one database holds: tables with their extents, mappings, policies, functions, views, failures and operations. */
import { randomUUID } from 'node:crypto';
import type { MaterializedView } from './materialized-view.ts';
import { entityNotFound } from './service-error.ts';
import { type Column, emptyValue, type Row } from './values.ts';

export interface MappingEntry {
  readonly column: string;
  readonly path: string;
  readonly transform: string | undefined;
}

export interface IngestionMapping {
  readonly name: string;
  readonly kind: 'Json';
  /** As it was given. */
  readonly text: string;
  readonly entries: readonly MappingEntry[];
  readonly updatedAt: number;
}

/** What one ingestion added. */
export interface Extent {
  /** Rises within a table or view. */
  readonly sequence: number;
  readonly rows: readonly Row[];
  readonly ingestedAt: number;
  readonly tags: readonly string[];
}

export type PolicyKind =
  | 'retention'
  | 'caching'
  | 'ingestionbatching'
  | 'streamingingestion'
  | 'extent_tags_retention'
  | 'merge'
  | 'sharding'
  | 'roworder'
  | 'update';
export type Policies = Map<PolicyKind, unknown>;

export class FakeTable {
  readonly name: string;
  folder = '';
  docString = '';
  readonly mappings = new Map<string, IngestionMapping>();
  readonly policies: Policies = new Map();
  /** Rises with every change of rows or columns. */
  version = 0;
  #columns: readonly Column[];
  #sequence = 0;
  #extents: Extent[] = [];
  #flat: { version: number; rows: readonly Row[] } | undefined;

  constructor(name: string, columns: readonly Column[]) {
    this.name = name;
    this.#columns = columns;
  }

  get columns(): readonly Column[] {
    return this.#columns;
  }

  get extents(): readonly Extent[] {
    return this.#extents;
  }

  get rows(): readonly Row[] {
    if (this.#flat?.version !== this.version) {
      this.#flat = { version: this.version, rows: this.#extents.flatMap(({ rows }) => rows) };
    }
    return this.#flat.rows;
  }

  /** Of the newest extent, even when retention dropped it. */
  get lastSequence(): number {
    return this.#sequence;
  }

  append(extent: Omit<Extent, 'sequence'>): void {
    this.#sequence += 1;
    this.#extents.push({ ...extent, sequence: this.#sequence });
    this.version += 1;
  }

  /** Columns are only ever added; rows that are there have nothing in them. */
  addColumns(added: readonly Column[]): void {
    if (added.length === 0) return;
    const empty = added.map(({ type }) => emptyValue(type));
    this.#columns = [...this.#columns, ...added];
    this.#extents = this.#extents.map((extent) => ({ ...extent, rows: extent.rows.map((row) => [...row, ...empty]) }));
    this.version += 1;
  }

  /** Drops extents that were ingested before a time: what retention does. */
  dropBefore(at: number): void {
    const kept = this.#extents.filter(({ ingestedAt }) => ingestedAt >= at);
    if (kept.length === this.#extents.length) return;
    this.#extents = kept;
    this.version += 1;
  }

  clear(): void {
    this.#extents = [];
    this.version += 1;
  }
}

export interface FakeFunction {
  readonly name: string;
  /** `(_from:datetime, _n:long=10)` */
  readonly parameters: string;
  /** With its braces. */
  readonly body: string;
  readonly folder: string;
  readonly docString: string;
}

export interface IngestionFailure {
  readonly operationId: string;
  readonly database: string;
  readonly table: string;
  readonly failedOn: number;
  readonly ingestionSourcePath: string;
  readonly details: string;
  readonly failureKind: 'Permanent' | 'Transient';
  readonly rootActivityId: string;
  readonly errorCode: string;
  readonly shouldRetry: boolean;
  readonly ingestionProperties: string;
  /** Of the message; not a column of `.show ingestion failures`. */
  readonly sourceId: string;
}

export interface Operation {
  readonly id: string;
  readonly operation: string;
  readonly startedAt: number;
  readonly state: 'InProgress' | 'Completed' | 'Failed';
  readonly status: string;
}

const KEPT_MAX = 10_000;

export class FakeDatabase {
  readonly name: string;
  readonly tables = new Map<string, FakeTable>();
  readonly views = new Map<string, MaterializedView>();
  readonly functions = new Map<string, FakeFunction>();
  readonly policies: Policies = new Map();
  readonly failures: IngestionFailure[] = [];
  readonly operations: Operation[] = [];
  /** Rises with every command that may change names, columns or functions. */
  schemaVersion = 0;
  exists = true;
  readonly now: () => number;

  constructor(name: string, now: () => number) {
    this.name = name;
    this.now = now;
  }

  /** All that is in it is gone; what the cluster remembers of failures is not. */
  drop(): void {
    this.exists = false;
    for (const held of [this.tables, this.views, this.functions, this.policies]) held.clear();
    this.operations.length = 0;
    this.schemaVersion += 1;
  }

  /** As new. */
  create(): void {
    this.exists = true;
  }

  table(name: string): FakeTable {
    const table = this.tables.get(name);
    if (table === undefined) throw entityNotFound('Table', name);
    return table;
  }

  view(name: string): MaterializedView {
    const view = this.views.get(name);
    if (view === undefined) throw entityNotFound('MaterializedView', name);
    return view;
  }

  addFailure(failure: IngestionFailure): void {
    this.failures.push(failure);
    if (this.failures.length > KEPT_MAX) this.failures.shift();
  }

  addOperation(operation: string, state: Operation['state'] = 'Completed', status = ''): Operation {
    const added = { id: randomUUID(), operation, startedAt: this.now(), state, status };
    this.operations.push(added);
    if (this.operations.length > KEPT_MAX) this.operations.shift();
    return added;
  }
}
