/** Exact arithmetic on doubles: integers in units of 2^-1074, the smallest double. */
export function exact(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

export function abs(x: bigint): bigint {
  return x < 0n ? -x : x;
}

/**
 * Most a sum of `n` values may be off by: one rounding of the result, and terms of second order (Neumaier's bound), which is
 * far below the 1e-12 · Σ|v| that stores are compared with.
 */
export function bound(sum: bigint, sumOfAbs: bigint, n: number): bigint {
  return (abs(sum) >> 52n) + ((BigInt(n) * BigInt(n) * sumOfAbs) >> 104n) + 1n;
}
