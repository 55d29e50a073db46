import { semconv } from './semconv.ts';
import { systemAliases } from './systems.ts';

/** Raised when presets change in what they yield other than through the tables below. */
const MAPPING_VERSION = 2;

/** 16 hex digits of the mapping in force: presets, rules and built-in tables. Not cryptographic. */
export function mappingHash(presets: readonly string[], rules: readonly unknown[]): string {
  const text = JSON.stringify([MAPPING_VERSION, semconv, systemAliases, [...presets].sort(), rules]);
  return hash32(text, 0x811c9dc5) + hash32(text, 0x9747b28c);
}

// FNV-1a with a final mix.
function hash32(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
