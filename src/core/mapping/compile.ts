import type { Accounts } from '../accounts.ts';
import type { Dictionary } from '../aggregate/dictionary.ts';
import { AttributionError } from '../errors.ts';
import { limits } from '../limits.ts';
import { kindNames } from '../span-kind.ts';
import { CombinationCache } from './combination-cache.ts';
import { mappingHash } from './hash.ts';
import { MappedCombination } from './mapped.ts';
import { keysOf, type Plan } from './plan.ts';
import { type PresetName, presetOrder, presetPlans } from './presets/index.ts';
import { RecentMatches } from './recent-matches.ts';
import type { Rule } from './rule.ts';
import type { Facts } from './slot.ts';
import type { Mapped, Mapping, PointFacts, SpanFacts } from './types.ts';
import { compileRule } from './user-rule.ts';

export interface MappingOptions {
  /** Default: all. */
  readonly presets?: readonly PresetName[];
  /** Tried before the presets, in order. */
  readonly rules?: readonly Rule[];
}

/** Plans in the order in which they are tried. Throws ATTR_CONFIG_INVALID. */
export function compilePlans(options: MappingOptions): Plan[] {
  const rules = (options.rules ?? []).map((rule, i) =>
    compileRule(rule, (path, problem) => {
      const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
      throw new AttributionError(
        'ATTR_CONFIG_INVALID',
        `rules[${i}]${where} of rule ${JSON.stringify(rule.name)}: ${problem}`,
      );
    }),
  );
  return [...rules, ...presetPlans(options.presets ?? presetOrder)];
}

/** Compiles presets and rules. Throws ATTR_CONFIG_INVALID; what it returns never throws. */
export function compileMapping(
  options: MappingOptions & {
    readonly dictionary: Dictionary;
    readonly accounts: Accounts;
    /** Default `limits.mappingCacheEntries`. */
    readonly maxEntries?: number;
  },
): Mapping {
  return new CompiledMapping(compilePlans(options), options);
}

class CompiledMapping implements Mapping {
  readonly hash: string;
  readonly hasMetricRules: boolean;
  readonly attributeKeys: readonly string[];
  readonly #byKind: readonly (readonly CombinationCache[])[];
  readonly #metrics: readonly CombinationCache[];
  readonly #accounts: Accounts;
  readonly #recent = new RecentMatches();
  #busy = false;

  constructor(plans: readonly Plan[], options: Parameters<typeof compileMapping>[0]) {
    const { dictionary, accounts } = options;
    this.#accounts = accounts;
    const caches = plans.map(
      (plan) =>
        new CombinationCache(
          plan,
          (answers, facts) => {
            const outcome = plan.build(answers);
            if (typeof outcome === 'string') return null;
            return new MappedCombination(plan.name, outcome, facts.unit ?? '', dictionary, accounts);
          },
          accounts,
          options.maxEntries ?? limits.mappingCacheEntries,
        ),
    );
    this.#byKind = kindNames.map((_, kind) => caches.filter(({ plan }) => plan.kinds.includes(kind)));
    this.#metrics = caches.filter(({ plan }) => plan.signal === 'metric');
    this.attributeKeys = [...new Set(plans.flatMap(keysOf))].sort();
    this.hasMetricRules = this.#metrics.length > 0;
    this.hash = mappingHash(options.presets ?? presetOrder, options.rules ?? []);
  }

  match(span: SpanFacts): Mapped | undefined {
    return this.#guarded(this.#byKind[span.kind], span, this.#matchSpan);
  }

  readonly #matchSpan = (caches: readonly CombinationCache[], span: SpanFacts): Mapped | undefined => {
    const recent = this.#recent.find(span);
    if (recent !== undefined) return recent ?? undefined;
    return this.#recent.remember(span, (watched) => search(caches, watched));
  };

  matchPoint(point: PointFacts): Mapped | undefined {
    const mapped = this.#guarded(this.#metrics, point, search);
    if (mapped === undefined || point.type === 'sum' || point.type === 'histogram') return mapped;
    // A level is no sum: adding it up per interval would make the total depend on how often it was read.
    if (mapped.integrates) return mapped;
    this.#accounts.count('attribution.measurement.refused', 'gauge');
    return undefined;
  }

  #guarded<F extends Facts>(
    caches: readonly CombinationCache[] | undefined,
    facts: F,
    match: (caches: readonly CombinationCache[], facts: F) => Mapped | undefined,
  ): Mapped | undefined {
    // A getter among the attributes that ends a span would come back in here, over the answers being gathered.
    if (caches === undefined || this.#busy) return undefined;
    this.#busy = true;
    try {
      return match(caches, facts);
    } catch {
      this.#accounts.count('attribution.hook.failed', 'attributes');
    } finally {
      this.#busy = false;
    }
    return undefined;
  }
}

function search(caches: readonly CombinationCache[], facts: Facts): Mapped | undefined {
  for (let i = 0; i < caches.length; i++) {
    const mapped = caches[i]!.find(facts);
    if (mapped !== undefined) return mapped;
  }
  return undefined;
}
