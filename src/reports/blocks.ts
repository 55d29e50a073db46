/** Consecutive rows with the same target, event and unit: one table each. */
export function blocksOf<R extends { readonly target: string; readonly event: string; readonly unit: string }>(
  rows: readonly R[],
): R[][] {
  const blocks: R[][] = [];
  for (const row of rows) {
    const last = blocks.at(-1)?.[0];
    if (last !== undefined && last.target === row.target && last.event === row.event && last.unit === row.unit) {
      blocks.at(-1)!.push(row);
    } else {
      blocks.push([row]);
    }
  }
  return blocks;
}
