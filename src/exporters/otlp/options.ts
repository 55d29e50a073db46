import type { ZodType } from 'zod';
import { option } from '../../config/declare.ts';
import type { SettledOf, ValuesOf } from '../../config/option.ts';

export const DEFAULT_URL = 'http://localhost:4318/v1/metrics';

export const otlpOptions = {
  /** Default: what `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` and the like say, else `http://localhost:4318/v1/metrics`. */
  url: option({
    schema: (z) => z.url('must be an absolute URL'),
    type: 'string',
    defaultText: `what \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` and the like say, else \`${DEFAULT_URL}\``,
    text: 'where metrics are sent',
  }),
  headers: option({
    schema: (z): ZodType<Readonly<Record<string, string>>> => z.record(z.string(), z.string()),
    type: 'map of name to value',
    defaultText: 'none',
    text: 'HTTP headers of every request',
  }),
  /** Of one request and its repetitions, in milliseconds. Default 10,000. */
  timeoutMs: option({
    schema: (z) => z.number().int().positive('must be more than 0'),
    type: 'number',
    default: 10_000,
    text: 'deadline of one request and its repetitions, in milliseconds',
  }),
};

/** Of `{otlp: …}`. */
export interface OtlpOptions extends ValuesOf<typeof otlpOptions> {}

export interface SettledOtlpOptions extends SettledOf<typeof otlpOptions> {}
