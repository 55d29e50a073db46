import { CONSUMER, INTERNAL, SERVER } from '../../span-kind.ts';
import type { EventSpec, Plan } from '../plan.ts';
import { textOf } from '../slot.ts';
import { consumed, destinationSlots, messagingOperation, messagingTarget, messagingValueKeys } from './messaging.ts';
import { field, serviceSlot } from './shared.ts';

function duration(name: string): EventSpec {
  return { name, unit: 's', value: { from: 'duration' } };
}
const httpDuration = duration('http.server.request.duration');
const rpcDuration = duration('rpc.server.call.duration');
const faasDuration = duration('faas.invoke_duration');
const processDuration = duration('messaging.process.duration');
const otherDuration = duration('server.operation.duration');

function serviceTarget(service: string): string {
  return `service://${service || '(unknown)'}`;
}

/** Requests, calls and invocations that come in: the service's own work. */
export const serverEntry: Plan = {
  name: 'preset:server',
  signal: 'span',
  kinds: [SERVER],
  slots: [
    { ...field('faasTrigger'), names: ['faas.trigger', 'faas.invocation_id', 'faas.execution'], presence: true },
    field('rpcSystem', { presence: true, unless: [0] }),
    field('httpMethod', { presence: true, unless: [0, 1] }),
    serviceSlot(),
  ],
  valueKeys: [],
  build([faas, rpc, http, service]) {
    const event = faas ? faasDuration : rpc ? rpcDuration : http ? httpDuration : otherDuration;
    return { category: 'server', target: serviceTarget(textOf(service)), events: [event] };
  },
};

/** Functions started by a timer or the like are INTERNAL spans in some instrumentations. */
export const serverFunction: Plan = {
  name: 'preset:server',
  signal: 'span',
  kinds: [INTERNAL],
  slots: [
    { ...field('faasTrigger'), keyed: false, test: (trigger) => trigger !== undefined, wants: 'present' },
    serviceSlot(),
  ],
  valueKeys: [],
  build([, service]) {
    return { category: 'server', target: serviceTarget(textOf(service)), events: [faasDuration] };
  },
};

/**
 * Messages that are processed: their time is the service's own work, their number is load on the queue
 * (the second measure, only with preset `messaging`).
 */
export function serverConsumer(countMessages: boolean): Plan {
  return {
    name: 'preset:server',
    signal: 'span',
    kinds: [CONSUMER],
    slots: [
      field('messagingOperation', {
        keyed: false,
        test: (operation) => messagingOperation(textOf(operation), CONSUMER) === 'process',
        wants: 'process, or none',
      }),
      serviceSlot(),
      ...(countMessages ? [field('messagingSystem'), ...destinationSlots(3)] : []),
    ],
    valueKeys: countMessages ? messagingValueKeys : [],
    build(answers) {
      const service = textOf(answers[1]);
      const queue = answers[2] === undefined ? undefined : messagingTarget(answers[2], answers, 3).target;
      return {
        category: 'server',
        target: serviceTarget(service),
        consumes: 'process',
        events: queue === undefined ? [processDuration] : [processDuration, { ...consumed, target: queue }],
      };
    },
  };
}
