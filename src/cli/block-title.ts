import { printable } from '../reports/format.ts';

/** Names what a block is about: the target, and the event unless it is the usual one (seconds). */
export function blockTitle(
  block: { readonly target: string; readonly event: string; readonly unit: string },
  ...more: string[]
): string {
  const event =
    block.target === '' || block.unit !== 's' || !block.event.endsWith('.operation.duration') ? [block.event] : [];
  return [...(block.target === '' ? [] : [printable(block.target, 120)]), ...event, ...more].join(' · ');
}

/** `storefront  GET /search`, or the key alone. */
export function keyName(service: string, key: string, serviceWidth: number): string {
  if (service === '') return printable(key);
  return `${printable(service, 30).padEnd(serviceWidth)}  ${printable(key)}`;
}

export const widthOf = (names: readonly string[]): number =>
  Math.max(0, ...names.map((name) => printable(name, 30).length));
