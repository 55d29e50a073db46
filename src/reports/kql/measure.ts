/** What is summed and what counts as a request, in KQL. */
import { ACCOUNTS_TARGET, BLOCKED_EVENT } from '../../core/model.ts';
import { type Measure, requestEvents, SERVICE_TARGETS } from '../measure.ts';

/** See `requestEvents`. */
export const REQUESTS = `Target startswith_cs '${SERVICE_TARGETS}' and Service == OriginService and Event in
    (${requestEvents.map((event) => `'${event}'`).join(', ')})`;

const SECONDS = `Unit == 's' and Event != '${BLOCKED_EVENT}'`;
const CALLS = `Target !startswith_cs '${SERVICE_TARGETS}'`;
const NO_ACCOUNTS = `Target != '${ACCOUNTS_TARGET}'`;

export function measureKql(measure: Measure): string {
  if (measure.kind === 'event') return 'Event == _measure';
  if (measure.kind === 'any') return 'true';
  return `${SECONDS}${measure.servers ? '' : ` and ${CALLS}`} and ${NO_ACCOUNTS}`;
}

/** `measureOf` of the argument `Measure` of a stored function, and of whether targets are named. */
export const MEASURE_ARGUMENT = `(isempty(Measure) or Event == Measure) and (isnotempty(Measure) or (${SECONDS} and ${NO_ACCOUNTS}
    and (not(_anyTarget) or ${CALLS})))`;
