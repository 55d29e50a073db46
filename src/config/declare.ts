import type { output, ZodType, z } from 'zod';
import type { DefaultedOption, Option, RequiredOption, Source, Values } from './option.ts';

/** Handed to the declarations, so that they load nothing: zod comes when there is something to check (load.ts). */
export type Zod = typeof z;

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
