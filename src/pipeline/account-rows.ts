import type { AccountEntry, AccountEvent } from '../core/accounts.ts';
import type { Dictionary } from '../core/aggregate/dictionary.ts';
import type { SumTable } from '../core/aggregate/sum-table.ts';
import { ACCOUNTS_TARGET } from '../core/model.ts';

/** Origin of the engine's own rows. */
export const SELF = '(self)';

/** Puts what the engine counted about itself into the table: it is queried like any other load. */
export function addAccountRows(
  table: SumTable,
  dictionary: Dictionary,
  entries: readonly AccountEntry[],
  window: number,
  service: string,
): void {
  if (entries.length === 0) return;
  const origin = dictionary.origin(service, service, SELF);
  for (const { event, reason, n } of entries) {
    const attributes = reason === '' ? '' : JSON.stringify({ reason });
    table.add(window, origin, dictionary.measure(ACCOUNTS_TARGET, event, unitOf(event), attributes), n);
  }
}

/** What an account counts, as a UCUM annotation: `attribution.span.seen` counts `{span}`. */
export function unitOf(event: AccountEvent): string {
  if (event === 'attribution.weight.unknown') return '{span}';
  return `{${event.split('.')[1]}}`;
}
