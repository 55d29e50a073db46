/** Every option of attribution, once: type, default, variable, check, texts. What exporters may be told, they declare themselves. */
import type { ZodType } from 'zod';
import { limits } from '../core/limits.ts';
import { type PresetName, presetNames, presetOrder } from '../core/mapping/presets/index.ts';
import type { Rule } from '../core/mapping/rule.ts';
import type { AnyExporterConfig } from './component.ts';
import { option } from './declare.ts';
import { exportersOption } from './exporters-option.ts';
import { ruleSchema, ruleTexts } from './rule.ts';
import { functionSchema, nameSchema, namesSchema, rowAttributesSchema } from './schema-parts.ts';

/** Part files lie here unless somebody says otherwise; relative to the working directory of the application. */
export const DEFAULT_DIRECTORY = './.attribution';

/** The route of an ended server span. */
export type RouteOf = (span: {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}) => string | undefined;

/** `exporters` are those there are to choose from. */
export function declareOptions<const R extends readonly AnyExporterConfig[]>(exporters: R) {
  return {
    /** Turns everything off without touching the caller's OpenTelemetry set-up. Default true. */
    enabled: option({
      schema: (z) => z.boolean(),
      type: 'boolean',
      default: true,
      text: 'false turns everything off and leaves the OpenTelemetry set-up as it is',
      example: 'true',
      env: { name: 'OTEL_ATTRIBUTION_ENABLED', read: 'boolean' },
    }),
    /** Name of the emitting service. Default: `service.name` of the span's resource. */
    service: option({
      schema: nameSchema,
      type: 'string',
      default: '',
      defaultText: '`service.name` of the resource',
      text: 'name of the emitting service',
      example: 'storefront',
    }),
    /** Width of a window in seconds; must divide 300. Default 60. */
    windowSeconds: option({
      schema: (z) =>
        z
          .number()
          .int('must be a whole number of seconds')
          .positive('must be more than 0')
          .refine((seconds) => 300 % seconds === 0, 'must divide 300, so that windows fit into five minutes'),
      type: 'number',
      default: 60,
      text: 'width of a window in seconds; divides 300',
      example: '60',
      env: { name: 'OTEL_ATTRIBUTION_WINDOW_SECONDS', read: 'number' },
    }),
    /** How long a scope waits for its root before it is committed with what is known, in seconds. Default: two windows. */
    originDeadlineSeconds: option({
      schema: (z) => z.number().positive('must be more than 0').max(86_400, 'must be at most a day'),
      type: 'number',
      derive: ({ windowSeconds }: { readonly windowSeconds: number }) => 2 * windowSeconds,
      defaultText: 'two windows',
      text: 'how long work waits for the end of its root span before it is committed with what is known; at least one window',
      example: '120',
      conflict(seconds, { windowSeconds }: { readonly windowSeconds: number }) {
        if (seconds >= windowSeconds) return undefined;
        return {
          rule: `must be at least windowSeconds (${windowSeconds})`,
          fix: `originDeadlineSeconds: ${2 * windowSeconds}`,
        };
      },
    }),
    /** What a finished request leaves behind, such as a timer, is `(detached)` from then on, in seconds after its end. Default 15. */
    detachedAfterSeconds: option({
      schema: (z) => z.number().min(0, 'must not be negative').max(86_400, 'must be at most a day'),
      type: 'number',
      default: 15,
      text: 'how long after its end a request answers for new work: what a timer or subscription that it left behind begins later is `(detached)`',
      example: '15',
      env: { name: 'OTEL_ATTRIBUTION_DETACHED_AFTER_SECONDS', read: 'number' },
    }),
    /** Presets in force. Default: all. */
    presets: option({
      schema: (z): ZodType<readonly PresetName[]> => z.array(z.enum(presetNames)),
      type: 'list of preset names',
      default: presetOrder,
      defaultText: 'all',
      text: `built-in mappings in force: ${presetNames.join(', ')}`,
      example: '[server, db, http]',
    }),
    /** Rules of your own, tried before the presets, in order. */
    rules: option({
      schema: (z): ZodType<readonly Rule[]> => z.array(ruleSchema(z)).max(1000, 'must have at most 1000 rules'),
      type: 'list of rules',
      default: [],
      defaultText: 'none',
      text: 'mappings of your own, tried before the presets, in order',
      example: '[{name: ..., target: ..., events: [{name: ..., unit: s}]}]',
      within: ruleTexts,
    }),
    /** Span attribute that names the origin outright. Default `attribution.origin`. */
    originAttribute: option({
      schema: nameSchema,
      type: 'string',
      default: 'attribution.origin',
      text: 'span attribute that names the origin outright',
      example: 'attribution.origin',
    }),
    /** Row attributes read from span attributes: name of the dimension → span attributes, first found wins. */
    attributes: option({
      schema: (z): ZodType<Readonly<Record<string, string | readonly string[]>>> =>
        rowAttributesSchema(z, namesSchema(z)),
      type: 'map of name to span attribute(s)',
      default: {},
      defaultText: 'none',
      text: `row attributes read from span attributes, first found wins; at most ${limits.rowAttributes}`,
      example: '{tenant: [tenant.id, user.id]}',
    }),
    /** Hosts, `host:port`s or `system/destination`s that outgoing calls may carry the origin to; `*` matches within. Default none. */
    propagateTo: option({
      schema: (z): ZodType<readonly string[]> => z.array(nameSchema(z)),
      type: 'list of hosts',
      default: [],
      defaultText: 'none',
      text: '`host`, `host:port` or `system/destination` that outgoing calls may carry the origin to; `*` matches within',
      example: '[payments.internal, "*.svc.cluster.local"]',
      env: { name: 'OTEL_ATTRIBUTION_PROPAGATE_TO', read: 'list' },
    }),
    /** Whether the origin that a caller sends counts here. Default false: it is stripped. */
    trustBaggage: option({
      schema: (z) => z.boolean(),
      type: 'boolean',
      default: false,
      text: 'whether the origin that a caller sends counts here; otherwise it is stripped',
      example: 'true',
      env: { name: 'OTEL_ATTRIBUTION_TRUST_BAGGAGE', read: 'boolean' },
    }),
    /** In code only: names the route of a plain `http` request, for which no framework does. `span` is the ended server span. */
    route: option({
      schema: (z) => functionSchema<RouteOf>(z),
      codeOnly: true,
      type: 'function (code only)',
      defaultText: 'none',
      text: 'names the route of a plain `http` request, for which no framework does; gets the ended server span',
      example: '({ attributes }) => routeOf(attributes["url.path"])',
    }),
    /** Run what waited in a pool or a queue in the context that queued it, and ask frameworks for routes. Default true. */
    repair: option({
      schema: (z) => z.boolean(),
      type: 'boolean',
      default: true,
      text: 'run what waited in a pool or a queue as work of whoever queued it, in the libraries that do not; ask hapi, Koa and Fastify for the whole route; have kafkajs, node-redis and the AWS SDK say on their spans which server it was and how many messages',
      example: 'true',
    }),
    /** Measure worker threads like the main thread. Default true. */
    threads: option({
      schema: (z) => z.boolean(),
      type: 'boolean',
      default: true,
      text: 'measure worker threads that the flag or the set-up reaches; each takes as long to start as the main thread does',
      example: 'true',
      env: { name: 'OTEL_ATTRIBUTION_THREADS', read: 'boolean' },
    }),
    /** Where parts go. Default `['file']`; `['memory']` when `NODE_ENV=production` or the directory cannot be written. */
    exporters: exportersOption(exporters),
    /** Directory of part files. Default `./.attribution`. */
    directory: option({
      schema: (z) => z.string().min(1, 'must not be empty'),
      type: 'string',
      // No value: in production only a directory that somebody chose is written to.
      defaultText: `\`${DEFAULT_DIRECTORY}\``,
      text: 'directory of part files',
      example: DEFAULT_DIRECTORY,
      env: { name: 'OTEL_ATTRIBUTION_DIRECTORY', read: 'text' },
    }),
    /** Cap of all part files in `directory`, in bytes. Default 1 GiB. */
    maxSpoolBytes: option({
      schema: (z) =>
        z
          .number()
          .int('must be a whole number of bytes')
          .min(1024 * 1024, 'must be at least 1 MiB (1048576)'),
      type: 'number',
      default: limits.spoolBytes,
      defaultText: `${limits.spoolBytes} (1 GiB)`,
      text: 'cap of all part files in the directory, in bytes',
      example: `${limits.spoolBytes}`,
      env: { name: 'OTEL_ATTRIBUTION_MAX_SPOOL_BYTES', read: 'number' },
    }),
    /** Rows at which the live table rotates early. Default 1,000,000. */
    maxRows: option({
      schema: (z) => z.number().int('must be a whole number').min(100, 'must be at least 100').max(16_000_000),
      type: 'number',
      default: limits.tableRows,
      text: 'rows at which the live table rotates early, at no loss',
      example: `${limits.tableRows}`,
    }),
    /** Print the table of who loaded what at exit. Default: when standard error is a terminal. */
    exitTable: option({
      schema: (z) => z.boolean(),
      type: 'boolean',
      // No value: it is known at exit.
      defaultText: 'when standard error is a terminal',
      text: 'print the table of who loaded what at exit',
      example: 'true',
      env: { name: 'OTEL_ATTRIBUTION_EXIT_TABLE', read: 'boolean' },
    }),
    /** Serve what is running now to `otel-attribution top`, on a socket only this user can open. Default true. */
    live: option({
      schema: (z) => z.boolean(),
      type: 'boolean',
      default: true,
      text: 'serve what is running now to `otel-attribution top`, on a socket only this user can open',
      example: 'true',
      env: { name: 'OTEL_ATTRIBUTION_LIVE', read: 'boolean' },
    }),
  };
}
