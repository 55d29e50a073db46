import type { ReceiverSink } from '../../src/core/contracts/receiver.ts';

/** All that it is given, in order. */
export class RecordingSink implements ReceiverSink {
  readonly things: (readonly [kind: keyof ReceiverSink, thing: unknown])[] = [];
  span = (thing: unknown): void => void this.things.push(['span', thing]);
  point = (thing: unknown): void => void this.things.push(['point', thing]);
  measurement = (thing: unknown): void => void this.things.push(['measurement', thing]);
  level = (thing: unknown): void => void this.things.push(['level', thing]);
  event = (thing: unknown): void => void this.things.push(['event', thing]);
}
