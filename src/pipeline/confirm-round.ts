import type { ConfirmState, Exporter } from '../core/contracts/exporter.ts';
import { startCall } from './call.ts';
import { type Delivery, type DeliveryEvent, historyOf } from './delivery.ts';
import { callMsOf } from './flights.ts';
import type { OutletContext } from './outlet-context.ts';
import { unspokenReason } from './reasons.ts';

/** Parts asked about in one call. */
const CONFIRM_PARTS = 500;

/**
 * Asks the destination what became of handed parts, and gives what it says of each. One of which it says nothing is asked about again in a
 * later round; so are all that are left when a question fails.
 * @throws what the question failed with
 */
export async function* confirmRound(
  name: string,
  exporter: Exporter,
  handed: readonly Delivery[],
  context: OutletContext,
): AsyncGenerator<[Delivery, DeliveryEvent], void> {
  for (let i = 0; i < handed.length; i += CONFIRM_PARTS) {
    const some = handed.slice(i, i + CONFIRM_PARTS);
    const states = await ask(name, exporter, some, context);
    for (const delivery of some) {
      const event = eventOf(name, delivery, states.get(delivery.part.id), context);
      if (event !== undefined) yield [delivery, event];
    }
  }
}

function ask(
  name: string,
  exporter: Exporter,
  deliveries: readonly Delivery[],
  context: OutletContext,
): Promise<ReadonlyMap<string, ConfirmState>> {
  const { timers, runUntraced } = context;
  const histories = new Map(deliveries.map((delivery) => [delivery.part.id, historyOf(delivery)]));
  return startCall(name, callMsOf(exporter, context), timers, (signal) =>
    runUntraced(async () => exporter.confirm!([...histories.keys()], signal, histories)),
  ).result;
}

function eventOf(
  name: string,
  delivery: Delivery,
  state: ConfirmState | undefined,
  { timers, delivery: { unconfirmedMs } }: OutletContext,
): DeliveryEvent | undefined {
  if (state === 'pending') {
    delivery.unspokenSince = undefined;
    return undefined;
  }
  if (state === 'arrived' || state === 'missing' || state === 'hindered') return { type: state };
  if (typeof state === 'object' && state !== null) return { type: 'refused', reason: String(state.refused) };
  // A destination that answers, and about a part says nothing that is known here: nobody will ever know.
  delivery.unspokenSince ??= timers.now();
  if (timers.now() - delivery.unspokenSince < unconfirmedMs) return undefined;
  return { type: 'unspoken', reason: unspokenReason(unconfirmedMs, name) };
}
