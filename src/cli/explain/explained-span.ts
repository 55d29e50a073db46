/** What becomes of one span: the rule that fires, what it measures, and the origin it would name. */

import { rootOrigin } from '../../core/attribution/root-origin.ts';
import { type Explanation, explain } from '../../core/mapping/explain.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { type AttributionOptions, settleOptions } from '../../engine/options.ts';
import type { ReadSpan } from './read-spans.ts';

export interface ExplainedSpan {
  readonly where: string;
  readonly name: string;
  readonly kind: number;
  readonly service: string;
  readonly scopeName: string;
  /** Null when the input does not say it. */
  readonly durationSeconds: number | null;
  readonly explanation: Explanation;
  /** The origin of its work if it were the local root. */
  readonly asRoot: { readonly origin: string; readonly from: string };
}

export function explainSpan({ facts, durationSeconds, where }: ReadSpan, options: AttributionOptions): ExplainedSpan {
  const { presets, rules } = options;
  const mapping = { ...(presets !== undefined && { presets }), ...(rules !== undefined && { rules }) };
  const { name, kind, service, scopeName } = facts;
  return {
    where,
    name,
    kind,
    service,
    scopeName,
    durationSeconds: Number.isFinite(durationSeconds) ? durationSeconds : null,
    explanation: explain(mapping, facts, durationSeconds),
    asRoot: originAsRoot(facts, settleOptions(options).originAttribute),
  };
}

function originAsRoot(facts: ReadSpan['facts'], originAttribute: string): ExplainedSpan['asRoot'] {
  const named = facts.attribute(originAttribute);
  if (typeof named === 'string' && named !== '') return { origin: named, from: `the attribute ${originAttribute}` };
  const { origin, complete } = rootOrigin(facts, { route: '', rpcRoute: '', childRoute: '', graphql: '' });
  if (origin === '') return { origin: UNATTRIBUTED, from: 'a span of this kind names no origin' };
  return { origin, from: complete ? 'its attributes' : 'no http.route here; a span below it may bring one' };
}
