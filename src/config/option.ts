/** What an option is: everything that is known of it, said once, where it is declared. */
import type { output, ZodType, z } from 'zod';
import type { Env } from './env.ts';

/** Handed to the declarations, so that they load nothing: zod comes when there is something to check (load.ts). */
export type Zod = typeof z;

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
  /** The check of a value that is there. */
  readonly schema: (z: Zod, source: Source) => ZodType<T>;
  /** What it must be, in words: for the table of the README and for messages. */
  readonly type: string;
  /** What it means: for the table of the README and the template. Begins small, without a full stop. */
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

type Declaration<S extends ZodType> = Omit<Option<output<S>>, 'schema' | 'default' | 'derive'> & {
  readonly schema: (z: Zod, source: Source) => S;
  readonly default?: NoInfer<output<S>>;
  derive?(settled: Values): NoInfer<output<S>>;
};

/** Declares an option; its values are what its schema lets through. */
export function option<S extends ZodType>(
  declaration: Declaration<S> & ({ readonly default: unknown } | { readonly derive: unknown }),
): DefaultedOption<output<S>>;
export function option<S extends ZodType>(
  declaration: Declaration<S> & { readonly required: true },
): RequiredOption<output<S>>;
export function option<S extends ZodType>(declaration: Declaration<S>): Option<output<S>>;
export function option(declaration: unknown): unknown {
  return declaration;
}

type ValueOf<O> = O extends Option<infer T> ? T : never;

/** The values that may be given for options `D`. The comments of the declarations come along. */
export type ValuesOf<D> = {
  readonly [K in keyof D as D[K] extends { readonly required: true } ? K : never]: ValueOf<D[K]>;
} & {
  readonly [K in keyof D as D[K] extends { readonly required: true } ? never : K]?: ValueOf<D[K]>;
};

/** The same with defaults filled in. What is missing still has a meaning of its own. */
export type SettledOf<D> = {
  readonly [K in keyof D as D[K] extends DefaultedOption<unknown> ? K : never]: ValueOf<D[K]>;
} & {
  readonly [K in keyof D as D[K] extends DefaultedOption<unknown> ? never : K]?: ValueOf<D[K]>;
};
