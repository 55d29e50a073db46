import type { Plan } from '../plan.ts';
import type { PresetName } from '../rule.ts';
import { aws } from './aws.ts';
import { db } from './db.ts';
import { faas } from './faas.ts';
import { genai } from './genai.ts';
import { http } from './http.ts';
import { messaging } from './messaging.ts';
import { rpc } from './rpc.ts';
import { serverConsumer, serverEntry, serverFunction } from './server.ts';

/** The order in which presets are tried: the most specific resource first. */
export const presetOrder: readonly PresetName[] = ['genai', 'aws', 'db', 'server', 'messaging', 'faas', 'rpc', 'http'];

/** Plans of the presets in force, in the order in which they are tried, whatever the order they are listed in. */
export function presetPlans(presets: readonly PresetName[]): Plan[] {
  const plans: Record<PresetName, readonly Plan[]> = {
    genai: [genai],
    aws: [aws],
    db: [db],
    server: [serverEntry, serverFunction, serverConsumer(presets.includes('messaging'))],
    messaging: [messaging],
    faas: [faas],
    rpc: [rpc],
    http: [http],
  };
  return presetOrder.filter((name) => presets.includes(name)).flatMap((name) => plans[name]);
}
