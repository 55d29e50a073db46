/** Which deeds a question is about. */

import { shareOf } from './cells.ts';
import type { Fact, Span } from './facts.ts';

export interface Condition {
  readonly field: 'target' | 'origin' | 'service' | 'originService' | 'event' | 'unit' | 'attribute.tenant';
  readonly operator: '=' | '!=' | '~' | '!~';
  readonly value: string;
}

export const conditionText = ({ field, operator, value }: Condition): string => `${field}${operator}"${value}"`;

function textOf(fact: Fact, field: Condition['field']): string {
  if (field === 'attribute.tenant') return fact.tenant;
  return fact[field];
}

/** `*` is any text. */
function matches(text: string, pattern: string): boolean {
  const [head, ...more] = pattern.split('*') as [string, ...string[]];
  if (!text.startsWith(head)) return false;
  let rest = text.slice(head.length);
  for (const [i, piece] of more.entries()) {
    if (i === more.length - 1) return rest.endsWith(piece);
    const at = rest.indexOf(piece);
    if (at < 0) return false;
    rest = rest.slice(at + piece.length);
  }
  return rest === '';
}

function holds(fact: Fact, { field, operator, value }: Condition): boolean {
  const text = textOf(fact, field);
  const is = operator.endsWith('~') ? matches(text, value) : text === value;
  return is !== operator.startsWith('!');
}

/** Durations of what is asked of others, unless an event is asked for or something else named. */
export function selected(facts: readonly Fact[], where: readonly Condition[], measure: string | undefined): Fact[] {
  const names = (...fields: string[]): boolean =>
    where.some(({ field, operator }) => fields.includes(field) && !operator.startsWith('!'));
  const isMeasured = (fact: Fact): boolean => {
    if (measure !== undefined) return fact.event === measure;
    if (names('event', 'unit')) return true;
    return fact.unit === 's' && (!fact.request || names('target'));
  };
  return facts.filter((fact) => isMeasured(fact) && where.every((condition) => holds(fact, condition)));
}

/**
 * How many requests each origin answered in the time, of those for the customers that are asked for. Undefined where the calls of an
 * origin are for a customer and its requests are for none in particular: then nobody can say how many of them were.
 */
export function requestsOf(
  facts: readonly Fact[],
  span: Span,
  where: readonly Condition[],
): (service: string, origin: string) => number | undefined {
  const ofCustomers = where.filter(({ field }) => field === 'attribute.tenant');
  const counts = new Map<string, number>();
  const told = new Map<string, boolean>();
  for (const fact of facts) {
    const share = shareOf(fact, span);
    if (share === undefined) continue;
    const id = JSON.stringify([fact.originService, fact.origin]);
    // What a service does for another one is no further request.
    const request = fact.request && fact.service === fact.originService;
    if (fact.tenant !== '') told.set(id, (told.get(id) ?? false) || request);
    if (request && ofCustomers.every((condition) => holds(fact, condition)))
      counts.set(id, (counts.get(id) ?? 0) + share.calls);
  }
  return (service, origin) => {
    const id = JSON.stringify([service, origin]);
    if (ofCustomers.length > 0 && told.get(id) === false) return undefined;
    return counts.get(id) || undefined;
  };
}
