/** What an option is: everything that is known of it, said once, where it is declared. */
import type { Env } from './env.ts';

/** Functions and objects can only come from code. */
export type Source = 'code' | 'file';

/** How the text of a variable becomes a value; undefined means that it cannot. */
export type Reading = 'boolean' | 'number' | 'text' | 'list' | ((text: string, env: Env) => unknown);

/** What messages say of a value. */
export interface Texts {
  /** What it must be, in words. */
  readonly type?: string;
  /** A right way to write it, shown when a wrong one was received. `path` is where. */
  readonly fix?: string | ((path: string) => string);
  /** Meant as nothing that is known here: what each alternative would ask of it says nothing about it. */
  isForeign?(value: unknown): boolean;
}

export interface Conflict {
  readonly rule: string;
  readonly fix: string;
}

export interface Option<T> {
  /**
   * The zod schema of a value that is there, as a function of zod (declare.ts has its type). Opaque here: whoever compiles
   * against this package reads the types of options, and shall not read those of zod for it.
   */
  readonly schema: (z: never, source: Source) => unknown;
  /** What it must be, in words: for the table in docs/options.md and for messages. */
  readonly type: string;
  /** What it means: for the table in docs/options.md and the template. Begins small, without a full stop. */
  readonly text: string;
  readonly default?: T;
  /** The default where it follows from options declared before this one. */
  derive?(settled: Values): T;
  /** The default in words, where the value does not say it. */
  readonly defaultText?: string;
  /** A right value as it stands in YAML. Without one, messages show the example of what it is part of. */
  readonly example?: string;
  readonly env?: { readonly name: string; readonly read: Reading };
  /** Variables that parts of the value are read from. */
  readonly furtherVariables?: readonly string[];
  /** It cannot stand in a file: it is a function. */
  readonly codeOnly?: true;
  /** It must be there: for options that belong to something, such as an exporter. */
  readonly required?: true;
  /** Texts of what is inside the value, by path: `[].match.kind`. A path that ends in `*` holds for all that begins so. */
  readonly within?: Readonly<Record<string, Texts>>;
  /** What is wrong with a right value beside the other options. */
  conflict?(value: T, settled: Values): Conflict | undefined;
}

/** Values of options by name. */
export type Values = Readonly<Record<string, unknown>>;

/** Options by name, in the order in which people read them. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** One that always has a value once the options are settled. */
export type DefaultedOption<T> = Option<T> & ({ readonly default: T } | { derive(settled: Values): T });
export type RequiredOption<T> = Option<T> & { readonly required: true };

type ValueOf<O> = O extends Option<infer T> ? T : never;
type KeysOf<D, Kind> = { [K in keyof D]: D[K] extends Kind ? K : never }[keyof D];

// Over keys of D and without renaming: only then do the comments of the declarations come along.
type There<D, K extends keyof D> = { readonly [P in K]: ValueOf<D[P]> };
type Perhaps<D, K extends keyof D> = { readonly [P in K]?: ValueOf<D[P]> };

type RequiredKeys<D> = KeysOf<D, { readonly required: true }>;
type SettledKeys<D> = RequiredKeys<D> | KeysOf<D, DefaultedOption<unknown>>;

/** The values that may be given for options `D`. */
export type ValuesOf<D> = There<D, RequiredKeys<D>> & Perhaps<D, Exclude<keyof D, RequiredKeys<D>>>;

/** The same with defaults filled in. What is missing still has a meaning of its own. */
export type SettledOf<D> = There<D, SettledKeys<D>> & Perhaps<D, Exclude<keyof D, SettledKeys<D>>>;
