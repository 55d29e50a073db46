import { type AttributionOptions, usableOptions } from '../engine/options.ts';
import { say } from './setup/say.ts';
import { diagLogger } from './telemetry.ts';

/** The options given, of code, environment and file. A mistake is reported in full and costs the option it is in. */
export function givenOptions(options: AttributionOptions | undefined): AttributionOptions {
  return usableOptions(options, (problems) => {
    diagLogger().error(problems);
    say(`${problems}\nThe application runs on; what is wrong is left out until it is mended.`);
  });
}
