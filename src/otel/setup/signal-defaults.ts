/**
 * `OTEL_*` exporters in zero-code mode. A plain `NodeSDK` sends all signals to localhost:4318; a newcomer has no
 * collector there and would see connection errors, so a signal leaves the process only if the environment says where.
 */
export type Signal = 'TRACES' | 'METRICS' | 'LOGS';

/** Whether the environment configures an exporter for the signal. */
export function isExported(signal: Signal, env: NodeJS.ProcessEnv): boolean {
  if (isSet(env[`OTEL_${signal}_EXPORTER`])) return true;
  if (signal === 'TRACES' && isSet(env.OTEL_EXPORTER_ZIPKIN_ENDPOINT)) return true;
  return Object.keys(env).some(
    (name) =>
      isSet(env[name]) &&
      (name.startsWith(`OTEL_EXPORTER_OTLP_${signal}_`) ||
        (name.startsWith('OTEL_EXPORTER_OTLP_') && !/^OTEL_EXPORTER_OTLP_(TRACES|METRICS|LOGS)_/.test(name))),
  );
}

/** Whether somebody receives the signal: `none` is configured as well, and nobody. */
export function isReceived(signal: Signal, env: NodeJS.ProcessEnv): boolean {
  return isExported(signal, env) && env[`OTEL_${signal}_EXPORTER`]?.trim() !== 'none';
}

/** Make spans no rule maps, write trace ids into the application's log lines, or measure what nobody receives. */
const ONLY_FOR_EXPORT = ['bunyan', 'dns', 'net', 'pino', 'runtime-node', 'winston'];

/**
 * Instrumentations that serve exported telemetry alone: off while nothing is exported, so that the flag changes neither
 * the application's logs nor its speed for nothing. `OTEL_NODE_ENABLED_INSTRUMENTATIONS` has the last word.
 */
export function instrumentationDefaults(env: NodeJS.ProcessEnv): Record<string, { enabled: boolean }> {
  const received = (['TRACES', 'METRICS', 'LOGS'] as const).some((signal) => isReceived(signal, env));
  if (received || isSet(env.OTEL_NODE_ENABLED_INSTRUMENTATIONS)) return {};
  return Object.fromEntries(
    ONLY_FOR_EXPORT.map((name) => [`@opentelemetry/instrumentation-${name}`, { enabled: false }]),
  );
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}

/** Runs `fn` with `none` as exporter of every signal that has none configured, then restores the environment. */
export function withSignalDefaults<T>(fn: () => T, env: NodeJS.ProcessEnv = process.env): T {
  const added: string[] = [];
  for (const signal of ['TRACES', 'METRICS', 'LOGS'] as const) {
    if (isExported(signal, env)) continue;
    env[`OTEL_${signal}_EXPORTER`] = 'none';
    added.push(`OTEL_${signal}_EXPORTER`);
  }
  try {
    return fn();
  } finally {
    // Children of this process decide for themselves.
    for (const name of added) delete env[name];
  }
}
