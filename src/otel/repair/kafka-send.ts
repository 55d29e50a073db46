import { describeOne } from '../../core/attribution/winner.ts';
import type { LightSpan } from '../light/light-span.ts';
import type { SdkSpan } from '../sdk-span.ts';

const CLUSTER_ID = 'messaging.kafka.cluster.id';
const REPAIRED = Symbol.for('otel-attribution repaired');
const PRODUCER_SPAN_MAX = 10_000;

type ProducerSpan = SdkSpan | LightSpan;
interface Cluster {
  readonly brokerPool?: { readonly metadata?: { readonly clusterId?: unknown } };
}
interface TopicMessages {
  readonly messages?: readonly unknown[];
}
type Sending = (
  this: unknown,
  request?: TopicMessages & { topicMessages?: readonly TopicMessages[] },
) => Promise<unknown>;
type Factory = { (this: unknown, params?: { cluster?: Cluster }): Record<string, unknown>; [REPAIRED]?: true };

/** Spans of messages that were begun in this turn, and not sent yet. */
let begun: ProducerSpan[] = [];
let watching = false;

/** A PRODUCER span was started. */
export function noteProducer(producer: ProducerSpan): void {
  if (!watching || producer.attribute('messaging.system') !== 'kafka') return;
  // Of another client of Kafka nobody takes them.
  if (begun.length === 0) queueMicrotask(forget);
  if (begun.length >= PRODUCER_SPAN_MAX) begun = [];
  begun.push(producer);
}

function forget(): void {
  begun = [];
}

function clusterId(cluster: Cluster): string | undefined {
  const id = cluster.brokerPool?.metadata?.clusterId;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** 0 of what the driver will refuse. */
function sizeOf(request: Parameters<Sending>[0]): number {
  const batches = request?.topicMessages ?? [request];
  if (!Array.isArray(batches)) return 0;
  return batches.reduce((sum, batch) => sum + (Array.isArray(batch?.messages) ? batch.messages.length : 0), 0);
}

/** The spans of this call: the instrumentation makes one per message, in the turn in which it calls the driver's `send`. */
function takeSpans(size: number): readonly ProducerSpan[] {
  const spans = size > 0 && begun.length >= size ? begun.slice(-size) : [];
  begun = [];
  return spans;
}

/**
 * The spans of a call describe one request to a broker, whatever the number of its messages. And they do not name the
 * cluster where it is the first call of a producer: kafkajs learns it on the way. They get it before they end.
 */
function told(original: Sending, cluster: Cluster): Sending {
  return async function (request) {
    const spans = takeSpans(sizeOf(request));
    describeOne(spans);
    const isNew = clusterId(cluster) === undefined;
    try {
      return await original.call(this, request);
    } finally {
      const id = isNew ? clusterId(cluster) : undefined;
      if (id !== undefined) for (const span of spans) span.setAttribute(CLUSTER_ID, id);
    }
  };
}

/** `factory` makes `send` and `sendBatch` of a producer or a transaction. @returns what takes its place. */
export function repairKafkaProducer<T>(factory: T): T | undefined {
  if (typeof factory !== 'function') return undefined;
  if ((factory as unknown as Factory)[REPAIRED] === true) return factory;
  watching = true;
  const original = factory as unknown as Factory;
  const repaired: Factory = function (params) {
    const made = original.call(this, params);
    const cluster = params?.cluster;
    if (cluster === undefined) return made;
    for (const name of ['send', 'sendBatch']) {
      if (typeof made[name] === 'function') made[name] = told(made[name] as Sending, cluster);
    }
    return made;
  };
  repaired[REPAIRED] = true;
  return repaired as T;
}
