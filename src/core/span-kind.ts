/** Kinds of spans in the numbers of the OpenTelemetry API; OTLP's are one more. */
export const INTERNAL = 0;
export const SERVER = 1;
export const CLIENT = 2;
export const PRODUCER = 3;
export const CONSUMER = 4;

/** By number. */
export const kindNames = ['internal', 'server', 'client', 'producer', 'consumer'] as const;

export type SpanKindName = (typeof kindNames)[number];

/** Whether spans of the kind are the parents of all that a handler does: many operations, none of them their own. */
export function isHandler(kind: number): boolean {
  return kind === SERVER || kind === CONSUMER;
}
