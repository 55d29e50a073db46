import type { Accounts } from '../accounts.ts';
import type { Dictionary, Measure } from '../aggregate/dictionary.ts';
import { canonicalAttributes } from '../attributes.ts';
import { limits } from '../limits.ts';
import type { AttributeView } from './attribute-view.ts';
import type { EventSpec, Outcome, ValueSource } from './plan.ts';
import type { Category, Mapped, RefusalReason } from './types.ts';
import { baseUnit } from './units.ts';
import { toNumber } from './values.ts';

/** Databases that `blame` can ask who waits for whom. */
const LOCKING: ReadonlySet<string> = new Set(['postgresql', 'mysql', 'mariadb']);

interface Reader {
  readonly value: ValueSource;
  readonly factor: number;
  readonly divisor: number;
}

/** Text as it is stored: well-formed, at most `limits.nameChars` long. */
export function clipped(text: string, accounts: Accounts): string {
  if (text.length <= limits.nameChars) return text.toWellFormed();
  accounts.count('attribution.limit.reached', 'name_chars');
  return `${text.slice(0, limits.nameChars - 1).toWellFormed()}…`;
}

/** The result of one rule for one combination of attribute values. */
export class MappedCombination implements Mapped {
  readonly rule: string;
  readonly category: Category;
  readonly target: string;
  readonly system: string;
  readonly address: string;
  readonly overHttp: boolean;
  readonly sibling: 'mapper' | 'driver' | '';
  readonly connection: boolean;
  readonly locks: boolean;
  readonly consumes: 'process' | 'receive' | '';
  readonly integrates: boolean;
  readonly measures: readonly Measure[];
  readonly #readers: readonly Reader[];
  readonly #accounts: Accounts;

  constructor(rule: string, outcome: Outcome, unit: string, dictionary: Dictionary, accounts: Accounts) {
    this.rule = rule;
    this.category = outcome.category;
    this.target = clipped(outcome.target, accounts);
    this.system = outcome.system ?? '';
    this.address = outcome.address ?? '';
    this.overHttp = outcome.overHttp !== false;
    this.sibling = outcome.sibling ?? '';
    this.connection = outcome.connection === true;
    this.locks = outcome.category === 'db' && LOCKING.has(this.system);
    this.consumes = outcome.consumes ?? '';
    this.integrates = outcome.events.every(({ value }) => value.from === 'point' && value.integrate);
    this.#accounts = accounts;
    const readers: Reader[] = [];
    const measures: Measure[] = [];
    for (const event of outcome.events) {
      // A data point comes in the metric's unit, whatever the rule calls it.
      const base = baseUnit(event.value.from === 'point' && unit !== '' ? unit : event.unit);
      readers.push({
        value: event.value,
        factor: event.value.from === 'duration' ? 1 : base.factor,
        divisor: event.value.from === 'duration' ? 1 : base.divisor,
      });
      measures.push(
        dictionary.measure(
          event.target === undefined ? this.target : clipped(event.target, accounts),
          clipped(event.name, accounts),
          clipped(storedUnit(event), accounts),
          event.attributes === undefined
            ? ''
            : canonicalAttributes(event.attributes, limits, (n) =>
                accounts.count('attribution.limit.reached', 'row_attributes', n),
              ),
        ),
      );
    }
    this.measures = measures;
    this.#readers = readers;
  }

  isDuration(i: number): boolean {
    return this.#readers[i]?.value.from === 'duration';
  }

  read(i: number, attributes: AttributeView, durationSeconds: number, point?: number): number {
    const reader = this.#readers[i];
    if (reader === undefined) return Number.NaN;
    const { value } = reader;
    switch (value.from) {
      case 'duration':
        // NaN is how the caller says that the span has not ended: absent, not refused.
        if (durationSeconds >= 0 && durationSeconds !== Number.POSITIVE_INFINITY) return durationSeconds;
        if (Number.isNaN(durationSeconds)) return Number.NaN;
        return this.#refuse(durationSeconds < 0 && Number.isFinite(durationSeconds) ? 'negative' : 'not_finite');
      case 'constant':
        return (value.value * reader.factor) / reader.divisor;
      case 'point': {
        const number = toNumber(point);
        if (typeof number === 'string') return point === undefined ? Number.NaN : this.#refuse(number);
        const total = ((value.integrate ? number * durationSeconds : number) * reader.factor) / reader.divisor;
        return Number.isFinite(total) ? total : this.#refuse('not_finite');
      }
      default:
        return this.#attribute(value, reader, attributes);
    }
  }

  #attribute(source: Extract<ValueSource, { from: 'attribute' }>, reader: Reader, attributes: AttributeView): number {
    try {
      const names = source.names;
      for (let i = 0; i < names.length; i++) {
        const raw = attributes.attribute(names[i]!);
        if (raw === undefined || raw === null || raw === '') continue;
        const number = source.parse === undefined ? toNumber(raw) : (source.parse(raw) ?? 'not_numeric');
        if (typeof number === 'string') return this.#refuse(number);
        if (number < 0 && source.nonNegative === true) return this.#refuse('negative');
        const total = (number * reader.factor) / reader.divisor;
        return Number.isFinite(total) ? total : this.#refuse('not_finite');
      }
      return source.expected === true ? this.#refuse('unknown') : (source.fallback ?? Number.NaN);
    } catch {
      return this.#refuse('unreadable');
    }
  }

  #refuse(reason: RefusalReason): number {
    this.#accounts.count('attribution.measurement.refused', reason);
    return Number.NaN;
  }
}

/** A level times seconds is in unit-seconds, and says so. */
function storedUnit(event: EventSpec): string {
  const { unit } = baseUnit(event.unit);
  if (event.value.from !== 'point' || !event.value.integrate) return unit;
  if (unit === '1') return 's';
  return unit === 's' || unit.endsWith('.s') ? unit : `${unit}.s`;
}
