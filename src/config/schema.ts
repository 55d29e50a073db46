/** Schemas made of declared options. */
import type { ZodObject, ZodType } from 'zod';
import type { AnyComponent } from './component.ts';
import type { Options, Source, Zod } from './option.ts';

/** Of a map with these options and no other. */
export function objectSchema(z: Zod, options: Options, source: Source): ZodObject<Record<string, ZodType>> {
  const shape: Record<string, ZodType> = {};
  for (const [name, { schema, codeOnly, required }] of Object.entries(options)) {
    if (codeOnly && source === 'file') continue;
    shape[name] = required ? schema(z, source) : schema(z, source).optional();
  }
  return z.strictObject(shape);
}

/** Of the options of one exporter or receiver. */
export function componentSchema(z: Zod, component: AnyComponent<unknown, never>, source: Source): ZodType {
  let schema: ZodType = objectSchema(z, component.options, source);
  for (const { holds, otherwise } of component.rules ?? []) {
    schema = schema.refine((value) => holds(value as object), otherwise);
  }
  return schema;
}
