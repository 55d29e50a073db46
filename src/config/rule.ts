/** How a rule of one's own is checked, and what is said of a wrong one. What a rule means: core/mapping/rule.ts. */
import type { ZodType } from 'zod';
import type { Rule } from '../core/mapping/rule.ts';
import { parseTemplate } from '../core/mapping/template.ts';
import { checkRule } from '../core/mapping/user-rule.ts';
import type { Zod } from './declare.ts';
import type { Texts } from './option.ts';
import { nameSchema, namesSchema, rowAttributesSchema } from './schema-parts.ts';

export function ruleSchema(z: Zod): ZodType<Rule> {
  const name = nameSchema(z);
  const rowAttributes = rowAttributesSchema(z, name);
  const scalar = z.union([z.string(), z.number(), z.boolean()]);
  const kinds = z.enum(['internal', 'server', 'client', 'producer', 'consumer']);
  const condition = z.union([
    scalar,
    z.strictObject({ in: z.array(scalar).min(1, 'must list at least one value') }),
    z.strictObject({ exists: z.boolean() }),
    z.strictObject({ like: name }),
  ]);
  const template = name.superRefine((text, context) => {
    const parsed = parseTemplate(text);
    if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
  });
  const event = z.strictObject({
    name,
    unit: name,
    value: z
      .union([z.literal('duration'), z.literal('point'), z.number(), z.strictObject({ attribute: namesSchema(z) })])
      .optional(),
    attributes: rowAttributes.optional(),
    integrate: z.boolean().optional(),
  });
  return z
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
    }) as ZodType<unknown> as ZodType<Rule>;
}

/** By the path inside a list of rules. */
export const ruleTexts: Readonly<Record<string, Texts>> = {
  '[]*': { fix: (path) => `correct ${path}; otel-attribution validate --schema prints how rules are written` },
  '[].name': { fix: 'name: billing' },
  '[].target': {
    type: 'a template or a list of attribute names',
    fix: "target: 'redis://{server.address}/{db.namespace|=0}'",
  },
  '[].match.kind': {
    type: 'one of internal, server, client, producer, consumer, or a list of them',
    fix: 'kind: client',
  },
  '[].match.attributes.*': {
    type: 'a value, {in: [...]}, {exists: true} or {like: "a*"}',
    fix: 'db.system.name: {in: [redis, valkey]}',
  },
  '[].events': { fix: 'events: [{name: db.client.operation.duration, unit: s}]' },
  '[].events.[].name': { fix: 'name: db.client.operation.duration' },
  '[].events.[].unit': { fix: "unit: s (seconds), By (bytes), '{message}' or another UCUM unit" },
  '[].events.[].value': {
    type: "'duration', 'point', a number or {attribute: ...}",
    fix: 'value: {attribute: db.response.returned_rows}',
  },
};
