import { diag } from '@opentelemetry/api';
import type { SdkModules } from './sdk-modules.ts';

/** A number above 0 from the environment; anything else is refused the way `NodeSDK` refuses it. */
export function positiveNumber(sdk: SdkModules, name: string): number | undefined {
  const value = sdk.core.getNumberFromEnv(name);
  if (value !== undefined && value <= 0) {
    diag.warn(`${name} (${value}) is invalid, expected number greater than 0, using default.`);
    return undefined;
  }
  return value;
}
