import { CLIENT, CONSUMER, PRODUCER } from '../../span-kind.ts';
import { destinationName } from '../destination.ts';
import { type EventSpec, type Outcome, type Plan, valueKeys } from '../plan.ts';
import { semconv } from '../semconv.ts';
import { type Facts, kindOf, type Scalar, type Slot, textOf } from '../slot.ts';
import { canonicalSystem } from '../systems.ts';
import { parseUrl, targetId } from '../targets.ts';
import { addressFrom, field, requiredField, serviceSlot } from './shared.ts';

const operationDuration: EventSpec = {
  name: 'messaging.client.operation.duration',
  unit: 's',
  value: { from: 'duration' },
};
const inBatch = { from: 'attribute', names: semconv.messagingBatchCount, nonNegative: true } as const;
/** By the conventions a span without a count is about one message. */
const messageCount = { ...inBatch, fallback: 1 } as const;
const sent: EventSpec = { name: 'messaging.client.sent.messages', unit: '{message}', value: messageCount };
export const consumed: EventSpec = {
  name: 'messaging.client.consumed.messages',
  unit: '{message}',
  value: messageCount,
};

/** The same events where a call is known to be about any number of messages: not to know it is not 1. */
export function ofUnknownSize(events: readonly EventSpec[]): readonly EventSpec[] {
  return events.map((event) =>
    event.value === messageCount ? { ...event, value: { ...inBatch, expected: true } } : event,
  );
}

export const messagingValueKeys: readonly string[] = valueKeys([sent, consumed]);

/** Systems in which the name of a destination says it all. */
const BY_NAME: ReadonlySet<string> = new Set(['aws.sqs', 'aws.sns', 'gcp.pubsub']);
const OVER_HTTP: ReadonlySet<string> = new Set([...BY_NAME, 'azure.eventgrid', 'azure.servicebus', 'azure.eventhubs']);

function isTemporary(facts: Facts): true | undefined {
  const temporary = facts.attribute('messaging.destination.temporary');
  if (temporary === true || temporary === 'true') return true;
  const anonymous = facts.attribute('messaging.destination.anonymous');
  return anonymous === true || anonymous === 'true' ? true : undefined;
}

function urlHost(facts: Facts): string | undefined {
  const text = facts.attribute('messaging.url');
  const url = typeof text === 'string' ? parseUrl(text) : undefined;
  if (url === undefined) return undefined;
  const host = url.host.includes(':') ? `[${url.host}]` : url.host;
  return url.port === undefined ? host : `${host}:${url.port}`;
}

/** Slots that name a destination, from position `at` on; read by `messagingTarget`. */
export function destinationSlots(at: number): Slot[] {
  const [override, template, temporary, destination, cluster, host, peer, url] = [
    at,
    at + 1,
    at + 2,
    at + 3,
    at + 5,
    at + 6,
    at + 7,
    at + 8,
  ];
  return [
    field('targetOverride'),
    field('messagingTemplate'),
    {
      field: 'temporary or anonymous',
      names: [],
      derive: isTemporary,
      derivedFrom: ['messaging.destination.temporary', 'messaging.destination.anonymous'],
      unless: [template],
    },
    field('messagingDestination', { unless: [template, temporary] }),
    field('messagingRoutingKey', { unless: [template, temporary, destination] }),
    field('messagingCluster', { unless: [override] }),
    field('host', { unless: [override, cluster] }),
    field('peer', { unless: [override, cluster, host] }),
    {
      field: 'messaging.url',
      names: [],
      derive: urlHost,
      derivedFrom: ['messaging.url'],
      unless: [override, cluster, host, peer],
    },
    field('port', { unless: [override, cluster] }),
    serviceSlot([override, cluster, host, peer, url]),
  ];
}

export function messagingTarget(
  systemName: Scalar | undefined,
  answers: readonly (Scalar | undefined)[],
  at: number,
): { target: string; address: string; overHttp: boolean } {
  const system = canonicalSystem('messaging', textOf(systemName));
  const namespace = destinationName(
    textOf(answers[at + 1]),
    answers[at + 2] === true,
    textOf(answers[at + 3] ?? answers[at + 4]),
  );
  const cluster = answers[at + 5];
  const host = answers[at + 6] ?? answers[at + 8];
  const address = addressFrom(answers[at], host, answers[at + 7], answers[at + 9], answers[at + 10]);
  const byName = BY_NAME.has(system) && namespace !== '' && answers[at] === undefined;
  const overHttp = OVER_HTTP.has(system);
  if (byName) return { target: `${system}://${namespace}`, address: address.declared, overHttp };
  const parts = cluster === undefined ? address.parts : { ...address.parts, override: textOf(cluster) };
  return { target: targetId({ ...parts, system, namespace }), address: address.declared, overHttp };
}

/** What a span does with messages; CONSUMER spans without an operation process them. */
export function messagingOperation(
  operation: string,
  kind: unknown,
): 'send' | 'receive' | 'process' | 'create' | 'other' {
  switch (operation.toLowerCase()) {
    case 'send':
    case 'publish':
      return 'send';
    case 'receive':
    case 'poll':
      return 'receive';
    case 'process':
    case 'deliver':
      return 'process';
    case 'create':
      return 'create';
    case '':
      return kind === PRODUCER ? 'send' : kind === CONSUMER ? 'process' : 'other';
    default:
      return 'other';
  }
}

function outcomeOf(operation: ReturnType<typeof messagingOperation>): Omit<Outcome, 'target' | 'category'> | undefined {
  switch (operation) {
    case 'send':
      return { events: [operationDuration, sent] };
    case 'receive':
      return { events: [operationDuration, consumed], consumes: 'receive' };
    case 'process':
      // Its time is work of this service: preset `server`.
      return { events: [consumed], consumes: 'process' };
    case 'create':
      return undefined;
    default:
      return { events: [operationDuration] };
  }
}

/** Events of a span that is known to be about messages, shared with the AWS preset. */
export function messagingOutcome(operation: string, kind: unknown): Omit<Outcome, 'target' | 'category'> | string {
  return outcomeOf(messagingOperation(operation, kind)) ?? 'a message made, not yet sent: the send span counts it';
}

export const messaging: Plan = {
  name: 'preset:messaging',
  signal: 'span',
  kinds: [CLIENT, PRODUCER, CONSUMER],
  slots: [
    requiredField('messagingSystem'),
    field('messagingOperation'),
    { field: 'span kind', names: [], derive: kindOf },
    ...destinationSlots(3),
  ],
  valueKeys: messagingValueKeys,
  build(answers) {
    const outcome = messagingOutcome(textOf(answers[1]), answers[2]);
    if (typeof outcome === 'string') return outcome;
    return { category: 'messaging', ...messagingTarget(answers[0], answers, 3), ...outcome };
  },
};
