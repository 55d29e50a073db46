/** Schemas made of declared options. */
import type { ZodObject, ZodType } from 'zod';
import type { AnyComponent } from './component.ts';
import type { Zod } from './declare.ts';
import type { Option, Options, Source } from './option.ts';

/** Of a map with these options and no other. */
export function objectSchema(z: Zod, options: Options, source: Source): ZodObject<Record<string, ZodType>> {
  const shape: Record<string, ZodType> = {};
  for (const [name, one] of Object.entries(options)) {
    if (one.codeOnly && source === 'file') continue;
    const schema = schemaOf(z, one, source);
    shape[name] = one.required ? schema : schema.optional();
  }
  return z.strictObject(shape);
}

const schemaOf = (z: Zod, { schema }: Option<unknown>, source: Source): ZodType =>
  (schema as (z: Zod, source: Source) => ZodType)(z, source);

/** Of the options of one exporter or receiver. */
export function componentSchema(z: Zod, component: AnyComponent<unknown, never>, source: Source): ZodType {
  let schema: ZodType = objectSchema(z, component.options, source);
  for (const { holds, otherwise } of component.rules ?? []) {
    schema = schema.refine((value) => holds(value as object), otherwise);
  }
  return schema;
}
