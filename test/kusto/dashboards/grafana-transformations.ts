/** The transformations of Grafana that panels use, over rows of named columns. */

export interface Transformation {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

type Row = Readonly<Record<string, unknown>>;

interface ByValue {
  readonly filters: readonly { fieldName: string; config: { id: string; options: { value: number } } }[];
  readonly type: string;
  readonly match: string;
}

/** A column that is not there is a mistake here; Grafana would only show nothing. */
function need(columns: readonly string[], name: string, problems: string[]): void {
  if (!columns.includes(name)) problems.push(`no column ${JSON.stringify(name)}`);
}

/** Names of the columns that come out, in order. `problems` gets what does not fit. */
export function transformedColumns(
  columns: readonly string[],
  transformations: readonly Transformation[],
  problems: string[],
): readonly string[] {
  let now = columns;
  for (const { id, options } of transformations) {
    switch (id) {
      case 'filterByValue': {
        const { filters, type, match } = options as unknown as ByValue;
        for (const { fieldName, config } of filters) {
          need(now, fieldName, problems);
          if (config.id !== 'lowerOrEqual') problems.push(`filterByValue ${config.id} is not known here`);
        }
        if (type !== 'include' || match !== 'all') problems.push('filterByValue of another kind');
        break;
      }
      case 'sortBy':
        for (const { field } of (options as { sort: { field: string }[] }).sort) need(now, field, problems);
        break;
      case 'filterFieldsByName': {
        const { names } = (options as { include: { names: string[] } }).include;
        for (const name of names) need(now, name, problems);
        now = now.filter((name) => names.includes(name));
        break;
      }
      case 'organize': {
        const { indexByName, renameByName } = options as Record<string, Record<string, string | number>>;
        for (const name of [...Object.keys(indexByName!), ...Object.keys(renameByName!)]) need(now, name, problems);
        now = now
          .toSorted((a, b) => Number(indexByName![a]) - Number(indexByName![b]))
          .map((name) => String(renameByName![name] ?? name));
        break;
      }
      case 'groupingToMatrix':
        // The last one: whoever knows the types of its columns checks them.
        break;
      default:
        problems.push(`the transformation ${id} is not known here`);
    }
  }
  return now;
}

/** The rows before a matrix is made of them. */
export function transformedRows(rows: readonly Row[], transformations: readonly Transformation[]): readonly Row[] {
  let now = rows;
  for (const { id, options } of transformations) {
    if (id === 'filterByValue') {
      const { filters } = options as unknown as ByValue;
      now = now.filter((row) =>
        filters.every(({ fieldName, config }) => Number(row[fieldName]) <= config.options.value),
      );
    } else if (id === 'sortBy') {
      const { field } = (options as { sort: { field: string }[] }).sort[0]!;
      now = now.toSorted((a, b) => Number(a[field]) - Number(b[field]));
    } else if (id === 'filterFieldsByName' || id === 'organize') {
      const [before] = now;
      if (before === undefined) return now;
      const columns = Object.keys(before);
      const after = transformedColumns(columns, [{ id, options }], []);
      const renames = (options as { renameByName?: Record<string, string> }).renameByName ?? {};
      const from = new Map(columns.map((name) => [renames[name] ?? name, name]));
      now = now.map((row) => Object.fromEntries(after.map((name) => [name, row[from.get(name)!]])));
    }
  }
  return now;
}
