import type { StoreKind } from '../kind.ts';
import { connectionFlags } from './flags.ts';

export const kustoStore = {
  name: 'kusto',
  what: 'a Kusto database',
  flags: connectionFlags,
  async open({ flags, env, exporterOptions }) {
    const [{ kustoOptionsOf }, { openKustoStore }] = await Promise.all([import('./options.ts'), import('./open.ts')]);
    return openKustoStore(kustoOptionsOf(flags, env, exporterOptions));
  },
} satisfies StoreKind;
