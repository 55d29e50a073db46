/** Spans as Jaeger and Zipkin give them away, in the words of OpenTelemetry. */

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Where both keep the name of the instrumentation: the second is the former name. */
const SCOPE = ['otel.scope.name', 'otel.library.name'] as const;
const KIND = 'span.kind';

/** `{traceID, spans, processes}`, the trace that Jaeger's page and its `/api/traces` give. */
export const isJaegerTrace = (value: Json): boolean => Array.isArray(value.spans) && isObject(value.processes);

/** Kind and instrumentation are tags there, times are microseconds, and a service is named once for all spans of a process. */
export function fromJaeger({ spans, processes }: Json): unknown[] {
  return (spans as unknown[]).map((span) => (isObject(span) ? jaegerSpan(span, processes as Json) : span));
}

function jaegerSpan(span: Json, processes: Json): Json {
  const list = Array.isArray(span.tags) ? span.tags.filter(isObject) : [];
  const tags = record(list.map(({ key, value }) => [key, value]));
  const process = processes[String(span.processID)];
  return {
    name: span.operationName,
    kind: tags[KIND],
    service: isObject(process) ? process.serviceName : undefined,
    scopeName: scopeOf(tags),
    attributes: without(tags, [KIND, ...SCOPE]),
    durationSeconds: seconds(span.duration),
  };
}

export const isZipkin = (value: Json): boolean =>
  !('attributes' in value) && 'traceId' in value && (isObject(value.localEndpoint) || isObject(value.tags));

/** A span of Zipkin's `/api/v2`: every tag is a text, times are microseconds. */
export function fromZipkin(span: Json): Json {
  const tags = isObject(span.tags) ? span.tags : {};
  return {
    name: span.name,
    kind: span.kind,
    service: isObject(span.localEndpoint) ? span.localEndpoint.serviceName : undefined,
    scopeName: scopeOf(tags),
    attributes: without(tags, SCOPE),
    durationSeconds: seconds(span.duration),
  };
}

const scopeOf = (tags: Json): unknown => SCOPE.map((name) => tags[name]).find((name) => name !== undefined);
const seconds = (microseconds: unknown): number => (typeof microseconds === 'number' ? microseconds / 1e6 : Number.NaN);

/** Own properties whatever the keys: `__proto__` is a tag like any other here. */
function record(entries: readonly (readonly unknown[])[]): Json {
  return Object.fromEntries(entries.map(([key, value]) => [String(key), value]));
}

const without = (tags: Json, names: readonly string[]): Json =>
  record(Object.entries(tags).filter(([name]) => !names.includes(name)));
