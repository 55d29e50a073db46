/** What the tables of several reports have in common. */
import type { Cell, Title } from './page.ts';

type Measured = { readonly target: string; readonly event: string; readonly unit: string };

/** Blocks that a terminal shows. */
export const BLOCKS_MAX = 20;

/** Consecutive rows with the same target, event and unit: one table each. */
export function blocksOf<R extends Measured>(rows: readonly R[]): R[][] {
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

/** Names what a block is about: the target, and the event unless it is the usual one (seconds). */
export function blockTitle({ target, event, unit }: Measured, ...facts: string[]): Title {
  if (target === '') return { name: event, facts };
  const usual = unit === 's' && event.endsWith('.operation.duration');
  return { name: target, facts: usual ? facts : [event, ...facts] };
}

/** `storefront  GET /search`, or the key alone. */
export const keyCell = (service: string, key: string): Cell => (service === '' ? key : [service, key]);
