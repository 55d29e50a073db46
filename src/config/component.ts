/** What the folder of an exporter (or a receiver) declares of itself: what may be configured, and how one is made. */
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Logger } from '../core/logger.ts';
import type { Options, SettledOf, ValuesOf } from './option.ts';

/** `O` are the values that may be given for its options, `Declared` their declarations; it is made into a `Made` for a `Host`. */
export interface Component<Name extends string, O, Declared, Made, Host> {
  /** In a configuration: `name` where there are no options, `{name: {...}}` where there are. */
  readonly name: Name;
  readonly options: Declared;
  /** What must hold across its options. */
  readonly rules?: readonly { holds(options: O): boolean; readonly otherwise: string }[];
  /**
   * Defaults are filled in. Loads the code of what it makes only now. Synchronous: set-ups run before the first await of an
   * application.
   */
  create(options: SettledOf<Declared>, host: Host): Made;
  /** The other end, for people. */
  place?(options: O): string;
  /** Does what starting does, and sends nothing. Never rejects. */
  probe?(options: O): Promise<Probe>;
}

/** What a probe found, for the person who waits for it. */
export interface Probe {
  readonly usable: boolean;
  /** What was tried, and what came of it. */
  readonly text: string;
  readonly warnings: readonly string[];
}

export interface ExporterHost {
  /** Where part files go; an absolute path. */
  readonly directory: string;
  /** Cap of all part files there, in bytes. */
  readonly maxSpoolBytes: number;
  readonly logger: Logger;
}

/** An exporter as its folder declares it. */
export type ExporterConfig<
  Name extends string,
  Declared extends Options = Record<never, never>,
  O extends object = ValuesOf<Declared>,
> = Component<Name, O, Declared, Exporter, ExporterHost>;

/** A component as a registry handles it. */
export type AnyComponent<Made, Host> = Component<string, object, Options, Made, Host>;
export type AnyExporterConfig = AnyComponent<Exporter, ExporterHost>;

/** What a configuration says to choose `C`. */
export type ChoiceOf<C> =
  C extends Component<infer Name, infer O, infer _, Exporter, ExporterHost>
    ? [keyof O] extends [never]
      ? Name
      : { readonly [K in Name]: O }
    : never;

export const isBare = ({ options }: { readonly options: Options }): boolean => Object.keys(options).length === 0;

export interface ChosenExporter {
  readonly config: AnyExporterConfig;
  /** As given. */
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
