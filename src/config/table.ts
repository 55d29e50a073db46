import type { AttributionOptions } from './options.ts';

/** How a variable's text becomes a value. */
export type EnvKind = 'boolean' | 'number' | 'text' | 'list' | 'exporters';

export interface OptionRow {
  readonly name: keyof AttributionOptions;
  readonly type: string;
  readonly default: string;
  readonly description: string;
  /** Environment variable with the same meaning, '' if none. */
  readonly env: string;
}

interface Definition {
  readonly type: string;
  readonly default: string;
  readonly description: string;
  readonly env?: readonly [name: string, kind: EnvKind];
  /** A right value, shown when a wrong one was received. */
  readonly example: string;
}

/** Every option once: the README table, the variables and the fixes in error messages come from here. */
export const definitions: { readonly [K in keyof Required<AttributionOptions>]: Definition } = {
  enabled: {
    type: 'boolean',
    default: 'true',
    description: 'false turns everything off and leaves the OpenTelemetry set-up as it is',
    env: ['OTEL_ATTRIBUTION_ENABLED', 'boolean'],
    example: 'true',
  },
  service: {
    type: 'string',
    default: '`service.name` of the resource',
    description: 'name of the emitting service',
    example: 'storefront',
  },
  windowSeconds: {
    type: 'number',
    default: '60',
    description: 'width of a window in seconds; divides 300',
    env: ['OTEL_ATTRIBUTION_WINDOW_SECONDS', 'number'],
    example: '60',
  },
  originDeadlineSeconds: {
    type: 'number',
    default: 'two windows',
    description:
      'how long work waits for the end of its root span before it is committed with what is known; at least one window',
    example: '120',
  },
  presets: {
    type: 'list of preset names',
    default: 'all',
    description: 'built-in mappings in force: server, db, http, messaging, rpc, aws, faas, genai',
    example: '[server, db, http]',
  },
  rules: {
    type: 'list of rules',
    default: 'none',
    description: 'mappings of your own, tried before the presets, in order',
    example: '[{name: ..., target: ..., events: [{name: ..., unit: s}]}]',
  },
  originAttribute: {
    type: 'string',
    default: '`attribution.origin`',
    description: 'span attribute that names the origin outright',
    example: 'attribution.origin',
  },
  attributes: {
    type: 'map of name to span attribute(s)',
    default: 'none',
    description: 'row attributes read from span attributes, first found wins; at most 16',
    example: '{tenant: [tenant.id, user.id]}',
  },
  propagateTo: {
    type: 'list of hosts',
    default: 'none',
    description:
      '`host`, `host:port` or `system/destination` that outgoing calls may carry the origin to; `*` matches within',
    env: ['OTEL_ATTRIBUTION_PROPAGATE_TO', 'list'],
    example: '[payments.internal, "*.svc.cluster.local"]',
  },
  trustBaggage: {
    type: 'boolean',
    default: 'false',
    description: 'whether the origin that a caller sends counts here; otherwise it is stripped',
    env: ['OTEL_ATTRIBUTION_TRUST_BAGGAGE', 'boolean'],
    example: 'true',
  },
  route: {
    type: 'function (code only)',
    default: 'none',
    description: 'names the route of a plain `http` request, for which no framework does; gets the ended server span',
    example: '({ attributes }) => routeOf(attributes["url.path"])',
  },
  repair: {
    type: 'boolean',
    default: 'true',
    description: "bind pool callbacks of drivers that run them in a stranger's context",
    example: 'true',
  },
  exporters: {
    type: 'list of file, console, memory, {otlp: ...}, {kusto: ...} or exporter objects (code only)',
    default: '`[file]`; `[memory]` in production or when the directory cannot be written',
    description: 'where parts go',
    env: ['OTEL_ATTRIBUTION_EXPORTERS', 'exporters'],
    example: '[file, {kusto: {cluster: https://mycluster.westeurope.kusto.windows.net, database: attribution}}]',
  },
  directory: {
    type: 'string',
    default: '`./.attribution`',
    description: 'directory of part files',
    env: ['OTEL_ATTRIBUTION_DIRECTORY', 'text'],
    example: './.attribution',
  },
  maxSpoolBytes: {
    type: 'number',
    default: '1073741824 (1 GiB)',
    description: 'cap of all part files in the directory, in bytes',
    env: ['OTEL_ATTRIBUTION_MAX_SPOOL_BYTES', 'number'],
    example: '1073741824',
  },
  maxRows: {
    type: 'number',
    default: '1000000',
    description: 'rows at which the live table rotates early, at no loss',
    example: '1000000',
  },
  exitTable: {
    type: 'boolean',
    default: 'when standard error is a terminal',
    description: 'print the table of who loaded what at exit',
    env: ['OTEL_ATTRIBUTION_EXIT_TABLE', 'boolean'],
    example: 'true',
  },
  live: {
    type: 'boolean',
    default: 'true',
    description: 'serve what is running now to `otel-attribution top`, on a socket only this user can open',
    env: ['OTEL_ATTRIBUTION_LIVE', 'boolean'],
    example: 'true',
  },
};

/** Rows of the option table in the README. */
export function optionTable(): OptionRow[] {
  return (Object.keys(definitions) as (keyof AttributionOptions)[]).map((name) => {
    const { type, description, env, ...rest } = definitions[name];
    return { name, type, default: rest.default, description, env: env?.[0] ?? '' };
  });
}
