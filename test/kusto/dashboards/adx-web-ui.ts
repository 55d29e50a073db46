/** What the web UI of Azure Data Explorer makes of a query before it is sent. */

interface Query {
  readonly id: string;
  readonly text: string;
  readonly usedVariables: readonly string[];
}

export interface WithBases {
  readonly queries: readonly Query[];
  readonly baseQueries: readonly { readonly queryId: string; readonly variableName: string }[];
}

export interface Sent {
  readonly text: string;
  /** Of parameters: those of the query, and of the base queries before it. */
  readonly usedVariables: readonly string[];
}

/** Base queries that it names stand before it, each as a `let`, and those that they name before them. */
export function withBases({ queries, baseQueries }: WithBases, queryId: string): Sent {
  const bases = new Map(baseQueries.map((base) => [base.variableName, base.queryId]));
  const lets = new Map<string, string>();
  const variables = new Set<string>();
  const add = ({ usedVariables }: Query): void => {
    for (const name of usedVariables) {
      const base = queries.find(({ id }) => id === bases.get(name));
      if (base === undefined) variables.add(name);
      else if (!lets.has(name)) {
        add(base);
        lets.set(name, `let ${name} = ${base.text};\n`);
      }
    }
  };
  const query = queries.find(({ id }) => id === queryId)!;
  add(query);
  return { text: [...lets.values(), query.text].join(''), usedVariables: [...variables] };
}
