import { option } from '../../config/declare.ts';
import type { SettledOf, ValuesOf } from '../../config/option.ts';

export const dummyOptions = {
  /** The shelf that the parts are put on. Default `dummy`. */
  shelf: option({
    schema: (z) => z.string().min(1, 'must not be empty'),
    type: 'string',
    default: 'dummy',
    text: 'shelf that the parts are put on',
    example: 'left',
    env: { name: 'OTEL_ATTRIBUTION_DUMMY_SHELF', read: 'text' },
  }),
};

export interface DummyOptions extends ValuesOf<typeof dummyOptions> {}
export interface SettledDummyOptions extends SettledOf<typeof dummyOptions> {}
