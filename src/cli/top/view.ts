/** How `top` groups what runs, and what of it is shown: as reports do, with what only the moment knows. */
import { parseAttributes } from '../../core/attributes.ts';
import type { LiveSocket } from '../../engine/live/ask.ts';
import type { InFlight, LiveSnapshot } from '../../engine/live/snapshot.ts';
import { type Key, keyName, NONE, parseKeys } from '../../reports/by.ts';
import { type Condition, holds, parseConditions } from '../../reports/where.ts';

const keys = ['origin', 'target', 'service', 'operation', 'pid'] as const;
const fields = [...keys, 'originService'] as const;

type Kind = (typeof keys)[number];
type Field = (typeof fields)[number];

export interface TopView {
  readonly by: readonly Key<Kind>[];
  readonly where: readonly Condition<Field>[];
}

/** @throws AttributionError `ATTR_USAGE` */
export const parseView = (by = 'origin,operation', where = ''): TopView => ({
  by: parseKeys(by, keys),
  where: parseConditions(where, fields),
});

/** What of a process runs, with the values that it is grouped by. */
export interface Seen {
  /** Of the table it belongs to; '' when targets are what is compared. */
  readonly target: string;
  /** By name, in the order of the keys. */
  readonly names: Readonly<Record<string, string>>;
}

/** Undefined where a condition does not hold. */
export function seenAs(
  one: InFlight,
  { pid, thread }: LiveSocket,
  { service }: Pick<LiveSnapshot, 'service'>,
  { by, where }: TopView,
): Seen | undefined {
  // A process with an earlier release says neither.
  const { operation = '', attributes = '' } = one as Partial<InFlight>;
  const values: Readonly<Record<Field, string>> = {
    origin: one.origin,
    originService: one.originService,
    target: one.target,
    service,
    operation,
    pid: thread === 0 ? `${pid}` : `${pid} thread ${thread}`,
  };
  const all = parseAttributes(attributes);
  const told = (condition: Condition<Field>): string =>
    condition.field === 'attribute' ? (all[condition.attribute] ?? '') : values[condition.field];
  if (!where.every((condition) => holds(condition, told(condition)))) return undefined;
  const names: Record<string, string> = {};
  for (const key of by) {
    if (key.kind === 'origin') names.originService = one.originService;
    names[keyName(key)] = 'name' in key ? all[key.name] || NONE : values[key.kind];
  }
  return { target: by.some(({ kind }) => kind === 'target') ? '' : one.target, names };
}
