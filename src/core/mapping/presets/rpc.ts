import { CLIENT } from '../../span-kind.ts';
import type { EventSpec, Plan } from '../plan.ts';
import { semconv } from '../semconv.ts';
import { type Facts, firstScalar, textOf } from '../slot.ts';
import { canonicalSystem } from '../systems.ts';
import { targetId } from '../targets.ts';
import { addressOf, addressSlots, field, requiredField } from './shared.ts';

const events: readonly EventSpec[] = [{ name: 'rpc.client.call.duration', unit: 's', value: { from: 'duration' } }];

/** Semantic conventions 1.45 write `package.Service/Method` into `rpc.method` and drop `rpc.service`. */
export function serviceOfMethod(facts: Facts): string | undefined {
  const method = firstScalar(facts, semconv.rpcMethod);
  if (typeof method !== 'string') return undefined;
  const slash = method.lastIndexOf('/');
  if (slash <= 0) return undefined;
  return method.slice(method.charCodeAt(0) === 47 ? 1 : 0, slash) || undefined;
}

export const rpc: Plan = {
  name: 'preset:rpc',
  signal: 'span',
  kinds: [CLIENT],
  slots: [
    requiredField('rpcSystem'),
    field('rpcService', { derive: serviceOfMethod, derivedFrom: semconv.rpcMethod }),
    ...addressSlots(2),
  ],
  valueKeys: [],
  build(answers) {
    const address = addressOf(answers, 2);
    return {
      category: 'rpc',
      target: targetId({
        ...address.parts,
        system: canonicalSystem('rpc', textOf(answers[0])),
        namespace: textOf(answers[1]),
      }),
      address: address.declared,
      events,
    };
  },
};
