export type { AttributionOptions, ExporterChoice, OtlpOptions } from './config/options.ts';
export type { Exporter, ExportOutcome } from './core/contracts/exporter.ts';
export { AmbiguousError, AttributionError, type ErrorCode, PermanentError, RetryableError } from './core/errors.ts';
export type { Condition, PresetName, Rule, RuleEvent, SpanKindName } from './core/mapping/rule.ts';
export type { Part, Row } from './core/model.ts';
export {
  type AttributeValues,
  type ManualMeasurement,
  record,
  withAttributes,
  withOrigin,
} from './otel/api.ts';
export type { Attribution } from './otel/attribution.ts';
export { AttributionPropagator } from './otel/attribution-propagator.ts';
export { createAttribution, withAttribution } from './otel/engine.ts';
export { AttributionMetricExporter } from './otel/metrics/metric-exporter.ts';
export { AttributionSampler } from './otel/sampler.ts';
export { AttributionSpanProcessor } from './otel/span-processor.ts';
