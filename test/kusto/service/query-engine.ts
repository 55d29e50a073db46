/** Queries over the fake's database, run by the evaluator of test/kusto/kql. */
import { evaluate, type KqlDatabase, type KqlTable } from '../kql/index.ts';
import type { FakeDatabase } from './database.ts';
import type { RunOverRows } from './materialized-view.ts';
import { analyserDatabase, queryError } from './query-errors.ts';
import type { Column, ResultTable, Row } from './values.ts';

export class QueryEngine {
  readonly #database: FakeDatabase;
  #live: { version: number; database: KqlDatabase } | undefined;
  /** By the columns of the source, which views share for as long as the source keeps them. */
  readonly #overRows = new WeakMap<
    readonly Column[],
    { database: KqlDatabase; source: string; set(rows: readonly Row[]): void }
  >();

  constructor(database: FakeDatabase) {
    this.#database = database;
  }

  /** @param parameters KQL literals as text, as on the wire */
  query(text: string, parameters: Readonly<Record<string, string>> = {}): ResultTable {
    return this.#evaluate(text, this.#evaluatorDatabase(), parameters);
  }

  readonly runOverRows: RunOverRows = (query, source, columns, rows) => {
    let over = this.#overRows.get(columns);
    if (over?.source !== source) {
      over = overRows(source, columns, this.#database.name);
      this.#overRows.set(columns, over);
    }
    over.set(rows);
    try {
      return this.#evaluate(query, over.database, {});
    } finally {
      over.set([]);
    }
  };

  /** The evaluator keeps what it learnt about a database by object: there is a new one with each change of the schema, not of rows. */
  #evaluatorDatabase(): KqlDatabase {
    const { name, tables, views, functions, schemaVersion } = this.#database;
    if (this.#live?.version !== schemaVersion) {
      const live = [...tables.values(), ...views.values()].map((source): [string, KqlTable] => [
        source.name,
        liveTable(source.columns, () => source.rows),
      ]);
      const taken = Array.from(views.values(), (view): [string, KqlTable] => [
        view.name,
        liveTable(view.columns, () => view.materializedRows),
      ]);
      const database = { name, tables: new Map(live), materialized: new Map(taken), functions: new Map(functions) };
      this.#live = { version: schemaVersion, database };
    }
    return this.#live.database;
  }

  #evaluate(text: string, database: KqlDatabase, parameters: Readonly<Record<string, string>>): ResultTable {
    try {
      return evaluate(text, database, { parameters, now: this.#database.now() }) as ResultTable;
    } catch (error) {
      throw queryError(error, text, analyserDatabase(database, this.#database));
    }
  }
}

const liveTable = (columns: readonly Column[], rows: () => readonly Row[]): KqlTable => ({
  columns,
  get rows() {
    return rows();
  },
});

function overRows(source: string, columns: readonly Column[], name: string) {
  let current: readonly Row[] = [];
  const table = liveTable(columns, () => current);
  const database: KqlDatabase = {
    name,
    tables: new Map([[source, table]]),
    materialized: new Map([[source, table]]),
    functions: new Map(),
  };
  const set = (rows: readonly Row[]) => {
    current = rows;
  };
  return { database, source, set };
}
