/** Names of environment variables. Loads nothing: with none of them set there is nothing to read. */
export const PREFIX = 'OTEL_ATTRIBUTION_';
export const CONFIG_FILE = 'OTEL_ATTRIBUTION_CONFIG_FILE';

export type Env = Readonly<Record<string, string | undefined>>;

/** Names of the variables that are set; an empty one counts as not set, as everywhere in OpenTelemetry. */
export function variablesOf(env: Env): string[] {
  return Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name] !== undefined && env[name] !== '');
}

/** A word that may have been meant for ours; `OTEL_ATTRIBUTE_COUNT_LIMIT` and the like are OpenTelemetry's. */
const SLIP = /^OTEL_(?!ATTRIBUTE_)(A[A-Z]{7,13})_(\w+)$/i;

/** Variables whose prefix looks like a slip of `PREFIX`: its word, and what follows. */
export function slipsOf(env: Env): { readonly variable: string; readonly word: string; readonly rest: string }[] {
  return Object.keys(env).flatMap((variable) => {
    const found = variable.startsWith(PREFIX) || !env[variable] ? null : SLIP.exec(variable);
    return found === null ? [] : [{ variable, word: found[1]!, rest: found[2]! }];
  });
}
