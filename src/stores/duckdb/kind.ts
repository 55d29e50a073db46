import type { StoreKind } from '../kind.ts';

export const localStore = {
  name: 'local',
  what: 'a local directory',
  flags: {},
  open: async (host) => (await import('./open.ts')).openLocal(host),
} satisfies StoreKind;
