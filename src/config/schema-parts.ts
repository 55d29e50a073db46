/** Pieces of schemas that several options are made of. */
import type { ZodType } from 'zod';
import { limits } from '../core/limits.ts';
import type { Zod } from './declare.ts';

/** Text that will be a name in rows or is compared with one. */
export const nameSchema = (z: Zod) =>
  z.string().min(1, 'must not be empty').max(limits.nameChars, `must have at most ${limits.nameChars} characters`);

/** One attribute, or several of which the first that is there counts. */
export const namesSchema = (z: Zod) =>
  z.union([nameSchema(z), z.array(nameSchema(z)).min(1, 'must name at least one attribute')]);

/** By the name of a row attribute. */
export const rowAttributesSchema = <S extends ZodType>(z: Zod, value: S) =>
  z
    .record(nameSchema(z), value)
    .refine(
      (map) => Object.keys(map).length <= limits.rowAttributes,
      `must have at most ${limits.rowAttributes} entries`,
    );

export const functionSchema = <F>(z: Zod) => z.custom<F>((value) => typeof value === 'function', 'must be a function');
