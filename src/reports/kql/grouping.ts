/** What to group by, in KQL. See `bySql`. */
import type { KqlParameters } from '../../core/contracts/store.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { type By, NONE } from '../by.ts';
import { attributeKql, string } from './texts.ts';

/** A `type`, because its texts fill placeholders by name. */
export type Grouping = {
  readonly block: string;
  readonly keyService: string;
  readonly key: string;
  /** Of the key alone: true where it names nobody. */
  readonly nobody: string;
};

export const byOrigin: Grouping = {
  block: 'Target',
  keyService: `iff(Origin == '${UNATTRIBUTED}', '', OriginService)`,
  key: 'Origin',
  nobody: `Key == '${UNATTRIBUTED}'`,
};

export function byKql(by: By): { text: Grouping; values: KqlParameters } {
  const plain = { block: 'Target', keyService: "''", nobody: 'false' };
  switch (by.kind) {
    case 'origin':
      return { text: byOrigin, values: {} };
    case 'target':
      return { text: { ...plain, block: "''", key: 'Target' }, values: {} };
    case 'service':
      return { text: { ...plain, key: 'Service' }, values: {} };
    case 'attribute':
      return {
        text: { ...plain, key: byAttribute('_byAttribute'), nobody: `Key == '${NONE}'` },
        values: { _byAttribute: string(by.name) },
      };
  }
}

/** The same of the argument `By` of a stored function; the engine folds these when the call names one. */
export const BY_ARGUMENT: Grouping = {
  block: "iff(By == 'target', '', Target)",
  keyService: `iff(By == 'origin', ${byOrigin.keyService}, '')`,
  key: `case(By == 'origin', Origin, By == 'target', Target, By == 'service', Service,
        ${byAttribute("extract('(?s)^attributes?[.](.+)$', 1, By)")})`,
  nobody: `Key == case(By == 'origin', '${UNATTRIBUTED}', By in ('target', 'service'), '', '${NONE}') and By !in ('target', 'service')`,
};

/** To coalesce, an empty string is as good as none. */
function byAttribute(name: string): string {
  return `coalesce(${attributeKql(name)}, '${NONE}')`;
}
