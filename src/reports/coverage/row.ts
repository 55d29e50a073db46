import { type Columns, flag, nullable, number, text } from '../columns.ts';

export type CoverageRow = {
  /**
   * `attributed`: load with an origin, per target and event. `account`: what the engine counted about itself, by reason.
   * `spans`: seen, and not explained by an account; `ok` is null where an instance runs on, or lived in part out of the range.
   * `rows`: rows of a part that are not in the store. `gap`: parts missing from an instance's sequence. `no-final`: instances that
   * went quiet without a final part (killed, or idle); `ok` is null where only a time around the range was listened to. `silent`: services that reported in the week before the range and not in it:
   * how long nothing was heard of them. `unseen`: of what a target counted itself (`--observe`), the calls that no span told of.
   */
  readonly check: 'attributed' | 'account' | 'spans' | 'rows' | 'gap' | 'no-final' | 'silent' | 'unseen';
  readonly subject: string;
  readonly reason: string;
  readonly value: number;
  readonly unit: string;
  readonly share: number | null;
  readonly ok: boolean | null;
};

export const coverageColumns: Columns<CoverageRow> = {
  check: text,
  subject: text,
  reason: text,
  value: number('row'),
  unit: text,
  share: nullable(number('1')),
  ok: nullable(flag),
};
