import { CLIENT, CONSUMER, PRODUCER } from '../../span-kind.ts';
import { foldDestination } from '../destination.ts';
import { type EventSpec, type Outcome, type Plan, valueKeys } from '../plan.ts';
import { semconv } from '../semconv.ts';
import { type Facts, firstScalar, kindOf, textOf } from '../slot.ts';
import { parseArn } from '../targets.ts';
import { functionTarget } from './faas.ts';
import { messagingOutcome, messagingValueKeys, ofUnknownSize } from './messaging.ts';
import { serviceOfMethod } from './rpc.ts';
import { field, serviceSlot } from './shared.ts';

const callDuration: EventSpec = { name: 'rpc.client.call.duration', unit: 's', value: { from: 'duration' } };
const dbDuration: EventSpec = { name: 'db.client.operation.duration', unit: 's', value: { from: 'duration' } };
const invokeDuration: EventSpec = { name: 'faas.invoke_duration', unit: 's', value: { from: 'duration' } };

/** DynamoDB answers with one JSON text per table; the units of all of them are what the call cost. */
function capacityUnits(value: unknown): number | undefined {
  if (!Array.isArray(value)) return undefined;
  let total = 0;
  for (const text of value) {
    const units: unknown = typeof text === 'string' ? JSON.parse(text)?.CapacityUnits : undefined;
    if (typeof units !== 'number') return undefined;
    total += units;
  }
  return total;
}

const capacity: EventSpec = {
  name: 'aws.dynamodb.consumed_capacity',
  unit: '{capacity_unit}',
  value: {
    from: 'attribute',
    names: ['aws.dynamodb.consumed_capacity'],
    parse: capacityUnits,
    nonNegative: true,
  },
};

function firstTable(facts: Facts): string | undefined {
  const tables = facts.attribute('aws.dynamodb.table_names');
  const table: unknown = Array.isArray(tables) ? tables[0] : tables;
  return typeof table === 'string' && table !== '' ? table : undefined;
}

/** `AmazonDynamoDBv2`, `DynamoDb` and `DynamoDB` are one service. */
function serviceName(name: string): string {
  const short = name
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase()
    .replace(/^(amazon|aws)(?=.)/, '')
    .replace(/v2$/, '');
  return short === 'sfn' ? 'stepfunctions' : short;
}

/** Names that are per phone or device are folded: a target is never a person. */
function topicName(topicArn: string, destination: string): string {
  const arn = parseArn(topicArn || destination);
  if (arn === undefined) return destination === '' || topicArn !== '' ? topicArn : '(direct)';
  return arn.resource.startsWith('endpoint/') ? '(direct)' : foldDestination(arn.resource);
}

function arnTarget(system: string, arnText: string, region: string): string {
  const arn = parseArn(arnText);
  if (arn === undefined) return regional(system, region, arnText);
  return regional(system, arn.region || region, arn.resource.slice(arn.resource.indexOf(':') + 1));
}

function regional(system: string, region: string, name: string): string {
  return region === '' ? `${system}://${name}` : `${system}://${region}/${name}`;
}

/** Positions of the slots. */
const AT = {
  service: 1,
  override: 2,
  table: 3,
  bucket: 4,
  queueUrl: 5,
  destination: 6,
  topicArn: 7,
  stream: 8,
  secretArn: 9,
  stateMachine: 10,
  activity: 11,
  invoked: 12,
  region: 13,
  operation: 14,
  kind: 15,
  emitter: 16,
  batch: 17,
} as const;

type Resource = Omit<Outcome, 'category'>;

/** The calls with several messages, and with several receipts of messages. */
function batchOf(facts: Facts): 'send' | 'other' | undefined {
  const method = firstScalar(facts, semconv.rpcMethod);
  if (typeof method !== 'string' || !method.endsWith('Batch')) return undefined;
  return method.endsWith('SendMessageBatch') || method.endsWith('PublishBatch') ? 'send' : 'other';
}

function messagesOf(text: (at: number) => string, kind: unknown): ReturnType<typeof messagingOutcome> {
  const batch = text(AT.batch);
  // The instrumentation says of `PublishBatch` neither that it sends nor, by its kind, that it produces.
  const outcome = messagingOutcome(text(AT.operation) || (batch === 'send' ? 'send' : ''), kind);
  if (typeof outcome === 'string') return outcome;
  // A queue may have had nothing to give, or the call failed; a batch has up to ten entries.
  const isKnown = outcome.consumes !== 'receive' && batch === '';
  return isKnown ? outcome : { ...outcome, events: ofUnknownSize(outcome.events) };
}

/** The most specific resource a span names, in the order of the reference: table, bucket, queue, topic, stream... */
function resourceOf(service: string, text: (at: number) => string, kind: unknown): Resource | string {
  const region = text(AT.region);
  const called = (target: string): Resource => ({ target, events: [callDuration] });

  if (text(AT.table) !== '' || service === 'dynamodb') {
    const table = text(AT.table);
    const target = table === '' ? serviceTarget('dynamodb', region, text) : regional('aws.dynamodb', region, table);
    return { target, system: 'aws.dynamodb', events: [dbDuration, capacity] };
  }
  if (text(AT.bucket) !== '') return called(`aws.s3://${text(AT.bucket)}`);

  const queue = text(AT.queueUrl) || (service === 'sqs' ? text(AT.destination) : '');
  if (queue !== '') {
    const outcome = messagesOf(text, kind);
    return typeof outcome === 'string'
      ? outcome
      : { target: `aws.sqs://${foldDestination(lastSegment(queue))}`, ...outcome };
  }
  const topic = service === 'sns' ? topicName(text(AT.topicArn), text(AT.destination)) : '';
  if (topic !== '') {
    const outcome = messagesOf(text, kind);
    return typeof outcome === 'string' ? outcome : { target: `aws.sns://${topic}`, ...outcome };
  }
  if (text(AT.stream) !== '') return called(regional('aws.kinesis', region, text(AT.stream)));
  if (text(AT.secretArn) !== '') return called(arnTarget('aws.secretsmanager', text(AT.secretArn), region));
  const machine = text(AT.stateMachine) || text(AT.activity);
  if (machine !== '') return called(arnTarget('aws.stepfunctions', machine, region));
  if (text(AT.invoked) !== '') {
    return { target: functionTarget('aws', region, text(AT.invoked)), events: [invokeDuration] };
  }
  return called(serviceTarget(service || 'unknown', region, text));
}

/** A call that names no resource: the service in its region, kept apart by emitter when even that is unknown. */
function serviceTarget(service: string, region: string, text: (at: number) => string): string {
  return region === '' ? `aws.${service}://(unknown)/${text(AT.emitter) || '(unknown)'}` : `aws.${service}://${region}`;
}

function lastSegment(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf('/') + 1) || queueUrl;
}

/** Calls through an AWS SDK: the target is the resource, not the endpoint. */
export const aws: Plan = {
  name: 'preset:aws',
  signal: 'span',
  kinds: [CLIENT, PRODUCER, CONSUMER],
  slots: [
    field('rpcSystem', { keyed: false, test: (answer) => answer === 'aws-api', wants: 'aws-api' }),
    field('rpcService', { derive: serviceOfMethod, derivedFrom: semconv.rpcMethod }),
    field('targetOverride'),
    {
      field: 'aws.dynamodb.table_names',
      names: [],
      derive: firstTable,
      derivedFrom: ['aws.dynamodb.table_names'],
    },
    field('awsBucket'),
    field('awsQueueUrl'),
    field('messagingDestination'),
    field('awsTopicArn'),
    field('awsStream'),
    field('awsSecretArn'),
    field('awsStateMachineArn'),
    field('awsActivityArn'),
    field('faasInvokedName'),
    field('cloudRegion'),
    field('messagingOperation'),
    { field: 'span kind', names: [], derive: kindOf },
    serviceSlot([AT.region]),
    { field: 'rpcMethod', names: [], derive: batchOf, derivedFrom: semconv.rpcMethod },
  ],
  valueKeys: [...valueKeys([capacity]), ...messagingValueKeys],
  build(answers) {
    const text = (at: number): string => textOf(answers[at]);
    const service = serviceName(text(AT.service));
    const resource = resourceOf(service, text, answers[AT.kind]);
    if (typeof resource === 'string') return resource;
    const override = text(AT.override);
    if (override === '') return { category: 'aws', ...resource };
    const scheme = resource.target.slice(0, resource.target.indexOf('://'));
    return { category: 'aws', ...resource, target: `${scheme}://${override}` };
  },
};
