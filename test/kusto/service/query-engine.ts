/** Queries over the fake's database, run by the evaluator of test/kusto/kql. */
import type { FakeDatabase } from './database.ts';
import type { RunOverRows } from './materialized-view.ts';
import { internalError, semanticError, syntaxError } from './service-error.ts';
import type { Column, ResultTable, Row } from './values.ts';

interface LiveTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

interface EvaluatorDatabase {
  readonly name: string;
  readonly tables: ReadonlyMap<string, LiveTable>;
  readonly functions: ReadonlyMap<string, { name: string; parameters: string; body: string }>;
}

type Evaluate = (
  text: string,
  database: EvaluatorDatabase,
  options: { parameters?: Readonly<Record<string, string>>; now: number },
) => ResultTable;

const evaluatorModule = '../kql/index.ts';
const evaluate: Evaluate = await import(evaluatorModule).then(
  (module: { evaluate: Evaluate }) => module.evaluate,
  () => () => {
    throw new Error('there is no evaluator yet');
  },
);

export class QueryEngine {
  readonly #database: FakeDatabase;
  #live: { version: number; database: EvaluatorDatabase } | undefined;
  /** By the columns of the source, which views share for as long as the source keeps them. */
  readonly #overRows = new WeakMap<
    readonly Column[],
    { database: EvaluatorDatabase; source: string; set(rows: readonly Row[]): void }
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
  #evaluatorDatabase(): EvaluatorDatabase {
    const { name, tables, views, functions, schemaVersion } = this.#database;
    if (this.#live?.version !== schemaVersion) {
      const live = [...tables.values(), ...views.values()].map((source): [string, LiveTable] => {
        const { columns } = source;
        const table = {
          columns,
          get rows() {
            return source.rows;
          },
        };
        return [source.name, table];
      });
      this.#live = { version: schemaVersion, database: { name, tables: new Map(live), functions: new Map(functions) } };
    }
    return this.#live.database;
  }

  #evaluate(text: string, database: EvaluatorDatabase, parameters: Readonly<Record<string, string>>): ResultTable {
    try {
      return evaluate(text, database, { parameters, now: this.#database.now() });
    } catch (error) {
      throw serviceError(error);
    }
  }
}

function overRows(source: string, columns: readonly Column[], name: string) {
  let current: readonly Row[] = [];
  const table = {
    columns,
    get rows() {
      return current;
    },
  };
  const database: EvaluatorDatabase = { name, tables: new Map([[source, table]]), functions: new Map() };
  const set = (rows: readonly Row[]) => {
    current = rows;
  };
  return { database, source, set };
}

/** What the engine would answer; what only the evaluator cannot do is an error of the service, so that no test takes it for its own. */
function serviceError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'KqlError') return error;
  switch ((error as Error & { code: string }).code) {
    case 'syntax':
      return syntaxError(error.message);
    case 'semantic':
    case 'runtime':
      return semanticError(error.message);
    default:
      return internalError(`The fake service cannot run this query: ${error.message}`, 501);
  }
}
