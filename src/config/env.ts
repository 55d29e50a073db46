/** Names of environment variables. Loads nothing: with none of them set there is nothing to read. */
export const PREFIX = 'OTEL_ATTRIBUTION_';
export const CONFIG_FILE = 'OTEL_ATTRIBUTION_CONFIG_FILE';

export type Env = Readonly<Record<string, string | undefined>>;

/** Names of the variables that are set; an empty one counts as not set, as everywhere in OpenTelemetry. */
export function variablesOf(env: Env): string[] {
  return Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name] !== undefined && env[name] !== '');
}
