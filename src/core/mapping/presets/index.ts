import type { Plan } from '../plan.ts';
import { aws } from './aws.ts';
import { db } from './db.ts';
import { faas } from './faas.ts';
import { genai } from './genai.ts';
import { http } from './http.ts';
import { messaging } from './messaging.ts';
import { rpc } from './rpc.ts';
import { serverConsumer, serverEntry, serverFunction } from './server.ts';

interface Preset {
  /** They are tried by rank, the most specific resource first; in tens, so that one more finds room. */
  readonly rank: number;
  /** `inForce`: all that are switched on. */
  plans(inForce: readonly string[]): readonly Plan[];
}

/** The presets there are, in the order in which people read them. */
const presets = {
  server: {
    rank: 40,
    plans: (inForce) => [serverEntry, serverFunction, serverConsumer(inForce.includes('messaging'))],
  },
  db: { rank: 30, plans: () => [db] },
  http: { rank: 80, plans: () => [http] },
  messaging: { rank: 50, plans: () => [messaging] },
  rpc: { rank: 70, plans: () => [rpc] },
  aws: { rank: 20, plans: () => [aws] },
  faas: { rank: 60, plans: () => [faas] },
  genai: { rank: 10, plans: () => [genai] },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[] as readonly PresetName[];

/** The order in which they are tried. */
export const presetOrder: readonly PresetName[] = presetNames.toSorted((a, b) => presets[a].rank - presets[b].rank);

/** Plans of the presets in force, in the order in which they are tried, whatever the order they are listed in. */
export function presetPlans(inForce: readonly PresetName[]): Plan[] {
  return presetOrder.filter((name) => inForce.includes(name)).flatMap((name) => presets[name].plans(inForce));
}
