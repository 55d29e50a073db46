import { createHash } from 'node:crypto';

/** A UUID of the shape of version 4 that is the same for the same name: regenerating a dashboard changes no ids. */
export function uuidOf(...name: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(name)).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
