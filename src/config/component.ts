/** What the folder of an exporter (or a receiver) declares of itself: what may be configured, and how one is made. */
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Logger } from '../core/logger.ts';
import type { Option, Options } from './option.ts';

/** A component as a registry handles it. */
export interface AnyComponent<Made, Context> {
  /** In a configuration: `name` where there are no options, `{name: {...}}` where there are. */
  readonly name: string;
  readonly options: Options;
  /** What must hold across its options. */
  readonly rules?: readonly { holds(options: object): boolean; readonly otherwise: string }[];
  /** Loads what it makes only now. */
  create(options: object, context: Context): Made;
}

/** A component as its folder declares it; `O` are the values of its options. */
export interface Component<Name extends string, O extends object, Made, Context> extends AnyComponent<Made, Context> {
  readonly name: Name;
  readonly options: { readonly [K in keyof O]-?: Option<NonNullable<O[K]>> };
  readonly rules?: readonly { holds(options: O): boolean; readonly otherwise: string }[];
  create(options: O, context: Context): Made;
}

export interface ExporterContext {
  /** Absolute path. */
  readonly directory: string;
  readonly maxSpoolBytes: number;
  readonly logger: Logger;
}

/** What a try in front of a person found. */
export interface Probe {
  readonly usable: boolean;
  /** What was tried, and what came of it. */
  readonly text: string;
  readonly warnings: readonly string[];
}

export interface AnyExporterConfig extends AnyComponent<Exporter, ExporterContext> {
  /** Where it sends to, for people. */
  place?(options: object): string;
  /** How long one of its calls may take, in milliseconds, where that is configured. */
  callMs?(options: object): number | undefined;
  /** Does what starting does, but sends nothing. Never rejects. */
  probe?(options: object): Promise<Probe>;
}

export interface ExporterConfig<Name extends string, O extends object = Record<never, never>>
  extends AnyExporterConfig,
    Component<Name, O, Exporter, ExporterContext> {
  readonly name: Name;
  readonly options: Component<Name, O, Exporter, ExporterContext>['options'];
  readonly rules?: NonNullable<Component<Name, O, Exporter, ExporterContext>['rules']>;
  create(options: O, context: ExporterContext): Exporter;
  place?(options: O): string;
  callMs?(options: O): number | undefined;
  probe?(options: O): Promise<Probe>;
}

/** What a configuration says to choose `C`. */
export type ChoiceOf<C> =
  C extends ExporterConfig<infer Name, infer O>
    ? [keyof O] extends [never]
      ? Name
      : { readonly [K in Name]: O }
    : never;

export const isBare = ({ options }: { readonly options: Options }): boolean => Object.keys(options).length === 0;

export interface ChosenExporter {
  readonly config: AnyExporterConfig;
  readonly options: object;
}

/** The exporter that a choice names, with its options; undefined for an object of the application's own. */
export function chosen(registry: readonly AnyExporterConfig[], choice: unknown): ChosenExporter | undefined {
  if (typeof choice === 'string') {
    const config = registry.find(({ name }) => name === choice);
    return config && { config, options: {} };
  }
  if (isExporter(choice)) return undefined;
  const config = registry.find(({ name }) => Object.hasOwn(choice as object, name));
  return config && { config, options: (choice as Record<string, object>)[config.name]! };
}

/** An object with the methods of `Exporter`; kept as it is, neither copied nor frozen. */
export function isExporter(value: unknown): value is Exporter {
  if (value === null || typeof value !== 'object') return false;
  const { name, supports, export: send, close } = value as Partial<Exporter>;
  return (
    typeof name === 'string' &&
    supports !== null &&
    typeof supports === 'object' &&
    typeof send === 'function' &&
    typeof close === 'function'
  );
}
