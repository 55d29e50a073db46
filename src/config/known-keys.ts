import { type ZodType, z } from 'zod';
import type { Path } from './problem.ts';

/** Keys that `schema` lets stand at `path`, for "did you mean". */
export function knownKeys(schema: ZodType, path: Path): string[] {
  return path
    .reduce<ZodType[]>((found, part) => found.flatMap((one) => inside(one, part)), alternatives(schema))
    .flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
}

function inside(schema: ZodType, part: PropertyKey): ZodType[] {
  if (schema instanceof z.ZodArray) return alternatives(schema.element as ZodType);
  if (schema instanceof z.ZodRecord) return alternatives(schema.valueType as ZodType);
  if (!(schema instanceof z.ZodObject)) return [];
  const { shape } = schema as z.ZodObject<Record<string, ZodType>>;
  return Object.hasOwn(shape, part) ? alternatives(shape[String(part)]!) : [];
}

/** What a value may be once it is there, one by one. */
function alternatives(schema: ZodType): ZodType[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap() as ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as ZodType[]).flatMap(alternatives);
  return [schema];
}
