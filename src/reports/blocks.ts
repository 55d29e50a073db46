/** What the tables of several reports have in common. */
import { printable } from './format.ts';

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
export function blockTitle(block: Measured, ...more: string[]): string {
  const event =
    block.target === '' || block.unit !== 's' || !block.event.endsWith('.operation.duration') ? [block.event] : [];
  return [...(block.target === '' ? [] : [printable(block.target, 120)]), ...event, ...more].join(' · ');
}

/** `storefront  GET /search`, or the key alone. */
export function keyName(service: string, key: string, serviceWidth: number): string {
  if (service === '') return printable(key);
  return `${printable(service, 30).padEnd(serviceWidth)}  ${printable(key)}`;
}

/** For `keyName`. */
export const widthOf = (services: readonly string[]): number =>
  Math.max(0, ...services.map((service) => printable(service, 30).length));
