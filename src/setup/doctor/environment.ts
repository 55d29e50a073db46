/** Variables that switch tracing or attribution off, or do not do what they seem to. */
import { CONFIG_FILE, type Env } from '../../config/env.ts';
import { closest, type Problem } from '../../config/problem.ts';
import type { SetUp } from '../project/set-ups.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

/** Those people set; a name close to one of them, but not known, is a slip. */
const KNOWN = [
  'OTEL_SDK_DISABLED',
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_PROPAGATORS',
  'OTEL_LOG_LEVEL',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
];
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];

export function checkEnvironment(env: Env, problems: readonly Problem[], setUps: readonly SetUp[]): Finding[] {
  return [...checkConfig(env, problems), ...checkDisabled(env), ...checkSampler(env, setUps), ...checkSlips(env)];
}

function checkConfig(env: Env, problems: readonly Problem[]): Finding[] {
  if (problems.length > 0) {
    return problems.map(({ source, path, received, rule, fix }) =>
      bad(`configuration, ${path === '' ? source : `${source}: ${path}`}: received ${received}, ${rule}`, fix),
    );
  }
  const file = env[CONFIG_FILE];
  return [ok(file ? `configuration ${file} is valid` : 'configuration: defaults and variables, no file')];
}

function checkDisabled(env: Env): Finding[] {
  const value = env.OTEL_SDK_DISABLED?.trim().toLowerCase() ?? '';
  if (value === 'true') return [bad('OTEL_SDK_DISABLED is true, so OpenTelemetry does not start', 'unset it')];
  if (value !== '' && value !== 'false') {
    return [unsure(`OTEL_SDK_DISABLED is ${JSON.stringify(value)}, which counts as false`, 'true or false')];
  }
  const enabled = env.OTEL_ATTRIBUTION_ENABLED?.trim().toLowerCase();
  if (enabled === 'false' || enabled === '0')
    return [bad('OTEL_ATTRIBUTION_ENABLED is false: attribution is off', 'unset it')];
  return [];
}

/** `register` and `withAttribution` wrap the sampler; a processor alone only gets what the sampler lets through. */
function checkSampler(env: Env, setUps: readonly SetUp[]): Finding[] {
  const sampler = env.OTEL_TRACES_SAMPLER?.trim() ?? '';
  if (sampler === '') return [];
  if (!SAMPLERS.includes(sampler)) {
    return [
      unsure(
        `OTEL_TRACES_SAMPLER is ${JSON.stringify(sampler)}, which is no sampler of the SDK`,
        `one of ${SAMPLERS.join(', ')}`,
      ),
    ];
  }
  const foreign = setUps.find(({ kind }) => kind !== 'nodesdk');
  if (sampler.endsWith('always_off') && foreign !== undefined) {
    return [
      bad(
        `OTEL_TRACES_SAMPLER is ${sampler}, and ${foreign.file}:${foreign.line} does not go through withAttribution: no span is recorded`,
        'wrap the sampler in AttributionSampler, or unset it',
      ),
    ];
  }
  return [ok(`OTEL_TRACES_SAMPLER=${sampler}: attribution sees all spans nevertheless`)];
}

function checkSlips(env: Env): Finding[] {
  const findings: Finding[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('OTEL_') || name.startsWith('OTEL_ATTRIBUTION_') || value === undefined || value === '')
      continue;
    const guess = KNOWN.includes(name)
      ? undefined
      : closest(
          name,
          KNOWN.filter((known) => Math.abs(known.length - name.length) <= 1),
        );
    if (guess !== undefined) findings.push(unsure(`${name} is set, but nothing reads it`, `did you mean ${guess}?`));
    if (/^(["']).*\1$/.test(value)) {
      findings.push(
        unsure(`${name} has quotation marks in its value (env files of Docker keep them)`, 'leave them out'),
      );
    }
  }
  return findings;
}
