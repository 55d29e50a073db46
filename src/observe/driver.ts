/** Drivers are the application's own: optional peers, loaded on first use. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { AttributionError } from '../core/errors.ts';

/**
 * That of the project one stands in first, then the one beside this package.
 * @throws AttributionError `ATTR_PEER_MISSING`
 */
export function loadDriver<T>(name: string, from: readonly string[] = places()): T {
  const peer = name.split('/', 1)[0]!;
  let cause: unknown;
  for (const place of from) {
    try {
      return createRequire(place)(name) as T;
    } catch (error) {
      cause ??= error;
      // It is there, but broken: another copy would only hide why.
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND' || !String(error).includes(`'${name}'`)) break;
    }
  }
  throw new AttributionError('ATTR_PEER_MISSING', `This needs ${peer}, which cannot be loaded. Run: npm i ${peer}`, {
    cause,
  });
}

const places = (): string[] => [path.join(process.cwd(), 'package.json'), import.meta.url];
