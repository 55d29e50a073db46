import type { Exporter } from '../core/contracts/exporter.ts';
import type { PresetName, Rule } from '../core/mapping/rule.ts';

/** Options of the plug-in, the same in code, in the YAML file of `OTEL_ATTRIBUTION_CONFIG_FILE` and in `OTEL_ATTRIBUTION_*`. */
export interface AttributionOptions {
  /** Turns everything off without touching the caller's OpenTelemetry set-up. Default true. */
  readonly enabled?: boolean;
  /** Name of the emitting service. Default: `service.name` of the span's resource. */
  readonly service?: string;
  /** Width of a window in seconds; must divide 300. Default 60. */
  readonly windowSeconds?: number;
  /** How long a scope waits for its root before it is committed with what is known, in seconds. Default: two windows. */
  readonly originDeadlineSeconds?: number;
  /** Presets in force. Default: all. */
  readonly presets?: readonly PresetName[];
  /** Rules of your own, tried before the presets, in order. */
  readonly rules?: readonly Rule[];
  /** Span attribute that names the origin outright. Default `attribution.origin`. */
  readonly originAttribute?: string;
  /** Row attributes read from span attributes: name of the dimension → span attributes, first found wins. */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  /** Hosts, `host:port`s or `system/destination`s that outgoing calls may carry the origin to; `*` matches within. Default none. */
  readonly propagateTo?: readonly string[];
  /** Whether the origin that a caller sends counts here. Default false: it is stripped. */
  readonly trustBaggage?: boolean;
  /** In code only: names the route of a plain `http` request, for which no framework does. `span` is the ended server span. */
  readonly route?: (span: {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }) => string | undefined;
  /** Bind the pool callbacks of drivers known to run them in a stranger's context. Default true. */
  readonly repair?: boolean;
  /** Where parts go. Default `['file']`; `['memory']` when `NODE_ENV=production` or the directory cannot be written. */
  readonly exporters?: readonly ExporterChoice[];
  /** Directory of part files. Default `./.attribution`. */
  readonly directory?: string;
  /** Cap of all part files in `directory`, in bytes. Default 1 GiB. */
  readonly maxSpoolBytes?: number;
  /** Rows at which the live table rotates early. Default 1,000,000. */
  readonly maxRows?: number;
  /** Print the table of who loaded what at exit. Default: when standard error is a terminal. */
  readonly exitTable?: boolean;
  /** Serve what is running now to `otel-attribution top`, on a socket only this user can open. Default true. */
  readonly live?: boolean;
}

export type ExporterChoice =
  | 'file'
  | 'console'
  | 'memory'
  | { readonly otlp: OtlpOptions }
  | { readonly kusto: KustoOptions }
  | Exporter;

export interface OtlpOptions {
  /** Default `http://localhost:4318/v1/metrics`. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** A database of Azure Data Explorer, or of anything else that speaks its protocol. */
export interface KustoOptions {
  /** `https://<cluster>.<region>.kusto.windows.net`. Not needed with `connectionString`. */
  readonly cluster?: string;
  readonly database: string;
  /** Base name of tables, views and functions. Default `Attribution`. */
  readonly table?: string;
  /** `queued` (default): batched by the service, confirmed by query. `streaming`: seconds after the window, for small volumes. */
  readonly mode?: 'queued' | 'streaming';
  /** Default: the default Azure credential chain. */
  readonly auth?: KustoAuth;
  /** A Kusto connection string, with its own authentication. */
  readonly connectionString?: string;
  /** Deadline of one upload or query in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

export type KustoAuth =
  | 'default'
  | 'az-cli'
  | 'managed-identity'
  | 'workload-identity'
  /** No token at all: an emulator. */
  | 'none'
  | { readonly managedIdentity: { readonly clientId: string } }
  | { readonly appKey: { readonly tenantId: string; readonly clientId: string; readonly clientSecret: string } }
  | {
      readonly certificate: {
        readonly tenantId: string;
        readonly clientId: string;
        /** PEM with certificate and private key. */
        readonly path: string;
      };
    }
  /** In code only; called for every request, on the main thread. */
  | { readonly token: () => Promise<string> };
