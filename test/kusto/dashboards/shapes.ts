/** Which keys a JSON document has, and which types their values: what one export of the web UI proves to be good. */

/** Path → JSON types seen there; `[]` stands for every element. */
export type Shape = Readonly<Record<string, readonly string[]>>;

/** By group: `dashboard`, `page`, `dataSource`, `query`, `parameter`, and `tile <visual type>`. */
export type Shapes = Readonly<Record<string, Shape>>;

type Json = Readonly<Record<string, unknown>>;

const LISTS: Readonly<Record<string, (one: Json) => string>> = {
  pages: () => 'page',
  dataSources: () => 'dataSource',
  queries: () => 'query',
  parameters: (one) => `parameter ${one.kind === 'duration' ? 'duration' : 'value'}`,
  tiles: (one) => `tile ${one.visualType}`,
  baseQueries: () => 'baseQuery',
};

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

export function shapesOf(dashboard: Json): Shapes {
  const shapes: Record<string, Record<string, string[]>> = {};
  const add = (group: string, path: string, value: unknown): void => {
    const types = ((shapes[group] ??= {})[path] ??= []);
    if (!types.includes(typeOf(value))) types.push(typeOf(value));
    if (Array.isArray(value)) for (const one of value) add(group, `${path}[]`, one);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(group, path === '' ? key : `${path}.${key}`, inner);
    }
  };
  for (const [key, value] of Object.entries(dashboard)) {
    const groupOf = LISTS[key];
    if (groupOf === undefined) add('dashboard', key, value);
    else for (const one of value as Json[]) add(groupOf(one), '', one);
  }
  return shapes;
}

/** Everything in `dashboard` that no shape knows. */
export function strangers(dashboard: Json, known: Shapes): string[] {
  return Object.entries(shapesOf(dashboard)).flatMap(([group, shape]) =>
    Object.entries(shape).flatMap(([path, types]) =>
      types
        .filter((type) => !(known[group]?.[path] ?? []).includes(type))
        .map((type) => `shape: ${group}: ${path || '(itself)'} is ${type}, not known from an export`),
    ),
  );
}

export const merged = (...all: readonly Shapes[]): Shapes => {
  const result: Record<string, Record<string, string[]>> = {};
  for (const [group, shape] of all.flatMap((shapes) => Object.entries(shapes)))
    for (const [path, types] of Object.entries(shape)) ((result[group] ??= {})[path] ??= []).push(...types);
  return result;
};
