import { option } from '../../config/declare.ts';
import type { SettledOf, ValuesOf } from '../../config/option.ts';

export const dummyOptions = {
  /** Name of the emitting service. Default `dummy`. */
  service: option({
    schema: (z) => z.string().min(1, 'must not be empty'),
    type: 'string',
    default: 'dummy',
    text: 'name of the emitting service',
    example: 'storefront',
  }),
};

export interface DummyOptions extends ValuesOf<typeof dummyOptions> {}
export interface SettledDummyOptions extends SettledOf<typeof dummyOptions> {}
