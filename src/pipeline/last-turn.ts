import type { Exporter } from '../core/contracts/exporter.ts';
import type { Delivery } from './delivery.ts';
import { code, message } from './error-text.ts';
import type { Fates } from './fates.ts';

/**
 * Sends parts that are in memory in the last turn of a process, if the exporter can do that. `flying` are those whose call has no future:
 * they may have arrived.
 */
export function sendInLastTurn(
  exporter: Exporter,
  { flying, waiting }: { readonly flying: readonly Delivery[]; readonly waiting: readonly Delivery[] },
  fates: Fates,
  runUntraced: <T>(fn: () => T) => T,
): void {
  const send = (delivery: Delivery): void => {
    try {
      runUntraced(() => exporter.exportSync!(delivery.part!));
      void fates.exported(delivery);
    } catch (error) {
      if (code(error) === 'ATTR_SPOOL_FULL') fates.drop(delivery, 'directory_full', message(error));
      else fates.setAsideSync(delivery, `not delivered before the process ended: ${message(error)}`);
    }
  };
  const can = exporter.exportSync !== undefined;
  for (const delivery of flying) {
    if (can && exporter.supports.idempotent) send(delivery);
    else fates.setAsideSync(delivery, 'may have arrived: the process ended before the answer');
  }
  for (const delivery of waiting) {
    if (can) send(delivery);
    else fates.setAsideSync(delivery, 'not delivered before the process ended');
  }
}
