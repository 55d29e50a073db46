import type { Store } from '../core/contracts/store.ts';
import type { Logger } from '../core/logger.ts';

/** A kind of store, and what a command line needs to find one of it. Cheap to load: `open` brings the rest. */
export interface StoreKind {
  /** `--store <name>` */
  readonly name: string;
  /** What it is, as in "is about …". */
  readonly what: string;
  /** Flags that only it has, by name in camelCase. */
  readonly flags: Readonly<Record<string, StoreFlag>>;
  /** With all that it has received so far. @throws AttributionError `ATTR_STORE_EMPTY`, `ATTR_STORE_VERSION` and the like */
  open(host: StoreHost): Promise<Store>;
}

export interface StoreFlag {
  /** What stands for the value in help: `url`. */
  readonly value: string;
  readonly help: string;
}

/** What whoever opens a store knows, and the store does not. */
export interface StoreHost {
  /** Of parts, where they are on this computer: at least one. */
  readonly directories: readonly string[];
  /** The values given for the flags of the store. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The options of this exporter in the configuration file, checked; undefined where there is none. */
  readonly exporterOptions: (name: string) => unknown;
  readonly logger: Logger;
  readonly progress: (label: string) => Progress;
  readonly now: () => number;
}

/** Work that may take a while. */
export interface Progress {
  update(done: number, total: number): void;
  end(): void;
}
