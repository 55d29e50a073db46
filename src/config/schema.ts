import { z } from 'zod';
import type { Exporter } from '../core/contracts/exporter.ts';
import { limits } from '../core/limits.ts';
import { parseTemplate } from '../core/mapping/template.ts';
import { checkRule } from '../core/mapping/user-rule.ts';
import { kustoSchema } from './kusto-schema.ts';
import type { AttributionOptions } from './options.ts';

const name = z
  .string()
  .min(1, 'must not be empty')
  .max(limits.nameChars, `must have at most ${limits.nameChars} characters`);
const names = z.union([name, z.array(name).min(1, 'must name at least one attribute')]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const kinds = z.enum(['internal', 'server', 'client', 'producer', 'consumer']);

const condition = z.union([
  scalar,
  z.strictObject({ in: z.array(scalar).min(1, 'must list at least one value') }),
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({ like: name }),
]);

const rowAttributes = z
  .record(name, name)
  .refine(
    (map) => Object.keys(map).length <= limits.rowAttributes,
    `must have at most ${limits.rowAttributes} entries`,
  );

const template = name.superRefine((text, context) => {
  const parsed = parseTemplate(text);
  if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
});

const event = z.strictObject({
  name,
  unit: name,
  value: z
    .union([z.literal('duration'), z.literal('point'), z.number(), z.strictObject({ attribute: names })])
    .optional(),
  attributes: rowAttributes.optional(),
  integrate: z.boolean().optional(),
});

const rule = z
  .strictObject({
    name,
    signal: z.enum(['span', 'metric']).optional(),
    match: z
      .strictObject({
        kind: z.union([kinds, z.array(kinds).min(1, 'must list at least one kind')]).optional(),
        name: name.optional(),
        attributes: z.record(name, condition).optional(),
      })
      .optional(),
    target: z.union([template, z.array(name).min(1, 'must name at least one attribute')]),
    events: z.array(event).min(1, 'must have at least one event'),
    attributes: rowAttributes.optional(),
  })
  .superRefine((value, context) => {
    for (const { path, problem } of checkRule(value as Parameters<typeof checkRule>[0])) {
      // The template is checked where it stands, also when something else is wrong.
      if (path[0] !== 'target') context.addIssue({ code: 'custom', path: [...path], message: problem });
    }
  });

const otlp = z.strictObject({
  url: z.url('must be an absolute URL').optional(),
  headers: z.record(z.string(), z.string()).optional(),
  timeoutMs: z.number().int().positive('must be more than 0').optional(),
});

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

const namedExporters = (withFunctions: boolean) =>
  [
    z.enum(['file', 'console', 'memory']),
    z.strictObject({ otlp }),
    z.strictObject({ kusto: kustoSchema(withFunctions) }),
  ] as const;

const route = z.custom<NonNullable<AttributionOptions['route']>>(
  (value) => typeof value === 'function',
  'must be a function',
);

function optionsSchema(withObjects: boolean) {
  const choice = withObjects
    ? z.union([
        ...namedExporters(true),
        z.custom<Exporter>(isExporter, 'must be an object with the methods of Exporter'),
      ])
    : z.union(namedExporters(false));
  return z.strictObject({
    enabled: z.boolean().optional(),
    service: name.optional(),
    windowSeconds: z
      .number()
      .int('must be a whole number of seconds')
      .positive('must be more than 0')
      .refine((seconds) => 300 % seconds === 0, 'must divide 300, so that windows fit into five minutes')
      .optional(),
    originDeadlineSeconds: z.number().positive('must be more than 0').max(86_400, 'must be at most a day').optional(),
    presets: z.array(z.enum(['server', 'db', 'http', 'messaging', 'rpc', 'aws', 'faas', 'genai'])).optional(),
    rules: z.array(rule).max(1000, 'must have at most 1000 rules').optional(),
    originAttribute: name.optional(),
    attributes: z
      .record(name, names)
      .refine(
        (map) => Object.keys(map).length <= limits.rowAttributes,
        `must have at most ${limits.rowAttributes} entries`,
      )
      .optional(),
    propagateTo: z.array(name).optional(),
    trustBaggage: z.boolean().optional(),
    ...(withObjects ? { route: route.optional() } : {}),
    repair: z.boolean().optional(),
    exporters: z.array(choice).optional(),
    directory: z.string().min(1, 'must not be empty').optional(),
    maxSpoolBytes: z
      .number()
      .int('must be a whole number of bytes')
      .min(1024 * 1024, 'must be at least 1 MiB (1048576)')
      .optional(),
    maxRows: z.number().int('must be a whole number').min(100, 'must be at least 100').max(16_000_000).optional(),
    exitTable: z.boolean().optional(),
    live: z.boolean().optional(),
  });
}

/** What a file may say. */
export const fileSchema = optionsSchema(false);
/** What code may say: exporter objects as well. */
export const codeSchema = optionsSchema(true);

/** JSON Schema of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fileSchema, { target: 'draft-2020-12', unrepresentable: 'any' });
  return { ...schema, title: 'Options of otel-attribution' };
}

/** Checks over several options, on what is left after merging. */
export function crossProblems(options: AttributionOptions): { path: string[]; rule: string; fix: string }[] {
  const problems: { path: string[]; rule: string; fix: string }[] = [];
  const window = options.windowSeconds ?? 60;
  const deadline = options.originDeadlineSeconds;
  if (deadline !== undefined && deadline < window) {
    problems.push({
      path: ['originDeadlineSeconds'],
      rule: `must be at least windowSeconds (${window})`,
      fix: `originDeadlineSeconds: ${2 * window}`,
    });
  }
  const names = (options.exporters ?? []).map((one) =>
    typeof one === 'string' ? one : 'otlp' in one ? 'otlp' : 'kusto' in one ? 'kusto' : one.name,
  );
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) {
    problems.push({
      path: ['exporters'],
      rule: 'each exporter has a name of its own',
      fix: `list ${JSON.stringify(twice)} once`,
    });
  }
  return problems;
}
