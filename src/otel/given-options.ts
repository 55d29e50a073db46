import { isMainThread } from 'node:worker_threads';
import { type AttributionOptions, usableOptions } from '../engine/options.ts';
import { say } from './setup/say.ts';
import { diagLogger } from './telemetry.ts';

/**
 * The options given, of code, environment and file. A mistake is reported in full, once for all threads, and costs the
 * option it is in. In a worker thread that is not to be measured everything is off.
 */
export function givenOptions(options: AttributionOptions | undefined): AttributionOptions {
  const given = usableOptions(options, (problems) => {
    diagLogger().error(problems);
    if (isMainThread) say(`${problems}\nThe application runs on; what is wrong is left out until it is mended.`);
  });
  return isMainThread || given.threads !== false ? given : { ...given, enabled: false };
}
