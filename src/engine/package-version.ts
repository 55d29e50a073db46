import { readFileSync } from 'node:fs';

/** Version of this package, as it is stamped on every part. */
export const packageVersion: string = readVersion();

function readVersion(): string {
  try {
    // From src/engine and from dist/engine alike.
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    return String((JSON.parse(text) as { version?: unknown }).version ?? '0.0.0');
  } catch {
    return '0.0.0';
  }
}
