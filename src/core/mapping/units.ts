/** Units in which values are stored, and the factor that brings others there. Decided when a rule is compiled. */

export interface UnitConversion {
  /** Base unit: `s`, `By`, or the unit itself. */
  readonly unit: string;
  /** base = value × factor ÷ divisor; one of them is 1, so that each conversion rounds once. */
  readonly factor: number;
  readonly divisor: number;
  readonly dimension: 'time' | 'size' | 'other';
}

// Seconds in one of the unit, or with a minus sign how many make a second.
const TIME: Readonly<Record<string, number>> = {
  s: 1,
  ms: -1e3,
  us: -1e6,
  µs: -1e6,
  μs: -1e6,
  ns: -1e9,
  min: 60,
  h: 3600,
  d: 86_400,
  sec: 1,
  second: 1,
  seconds: 1,
  millisecond: -1e3,
  milliseconds: -1e3,
  microsecond: -1e6,
  microseconds: -1e6,
  nanosecond: -1e9,
  nanoseconds: -1e9,
  minute: 60,
  minutes: 60,
  hour: 3600,
  hours: 3600,
};

// UCUM says By; B, kB and the like are what people write.
const SIZE: Readonly<Record<string, number>> = {
  By: 1,
  B: 1,
  byte: 1,
  bytes: 1,
  ...Object.fromEntries(
    [...'kMGTP'].flatMap((prefix, i) => {
      const decimal = 1000 ** (i + 1);
      const binary = 1024 ** (i + 1);
      const upper = prefix.toUpperCase();
      return [
        [`${prefix}By`, decimal],
        [`${prefix}B`, decimal],
        [`${upper}By`, decimal],
        [`${upper}B`, decimal],
        [`${upper}iBy`, binary],
        [`${upper}iB`, binary],
      ];
    }),
  ),
};

/** Percentages, counts, `{annotations}` and compound units are left as they are. */
export function baseUnit(unit: string): UnitConversion {
  const text = unit.trim();
  if (Object.hasOwn(TIME, text)) {
    const n = TIME[text]!;
    return { unit: 's', factor: n > 0 ? n : 1, divisor: n > 0 ? 1 : -n, dimension: 'time' };
  }
  if (Object.hasOwn(SIZE, text)) return { unit: 'By', factor: SIZE[text]!, divisor: 1, dimension: 'size' };
  return { unit: text === '' ? '1' : text, factor: 1, divisor: 1, dimension: 'other' };
}
