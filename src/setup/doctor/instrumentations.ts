/** Is there an instrumentation for each driver, and for the version that is installed? */
import { installLine } from '../../config/package-manager.ts';
import { findInstalled } from '../project/installed.ts';
import { COMPANIONS, DRIVERS, FRAMEWORKS, WITHOUT_INSTRUMENTATION } from '../project/known-packages.ts';
import type { Project } from '../project/package-json.ts';
import { satisfies } from '../project/semver.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';
import { type Probe, type ProbedInstrumentation, probeInstrumentations } from './probe.ts';

const AUTO = '@opentelemetry/auto-instrumentations-node';

/** Packages whose calls are seen by what they are built on. */
const BUILT_ON: Readonly<Record<string, string>> = {
  next: 'its own spans',
  bullmq: 'ioredis',
  mssql: 'tedious',
  typeorm: 'its driver',
  sequelize: 'its driver',
  'drizzle-orm': 'its driver',
  axios: 'http',
  got: 'http',
  '@elastic/elasticsearch': '@opentelemetry/instrumentation-undici',
  '@clickhouse/client': 'http',
  '@aws-sdk/client-dynamodb': '@smithy/core',
  '@aws-sdk/client-s3': '@smithy/core',
  '@aws-sdk/client-sqs': '@smithy/core',
  // Patched through diagnostics channels, not as modules.
  undici: '@opentelemetry/instrumentation-undici',
  ai: 'its own telemetry: experimental_telemetry: { isEnabled: true } on each call',
};

export async function checkInstrumentations(project: Project): Promise<Finding[]> {
  const used = [...FRAMEWORKS, ...DRIVERS].filter((name) => project.dependencies.has(name));
  const packages = [...project.dependencies.keys()].filter((name) => /^@opentelemetry\/instrumentation-/.test(name));
  if (findInstalled(AUTO, project.directory) !== undefined) packages.unshift(AUTO);
  const present = packages.filter((name) => findInstalled(name, project.directory) !== undefined);
  if (present.length === 0) {
    if (used.length === 0) return [];
    return [
      bad(
        `no instrumentation is installed, so ${used.join(', ')} make no spans`,
        installLine(project.packageManager, [AUTO]),
      ),
    ];
  }
  const probe = await probeInstrumentations(present, project.directory);
  const failed = Object.entries(probe.failed).map(([name, why]) =>
    bad(
      `${name} does not load: ${why}`,
      `install the version of ${name} that fits @opentelemetry/api, or run ${installLine(project.packageManager, [`${name}@latest`])}`,
    ),
  );
  if (probe.instrumentations.length === 0) {
    if (failed.length > 0) return failed;
    return [
      bad(
        'no instrumentation is active',
        'check OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS',
      ),
    ];
  }
  return [...failed, ...used.flatMap((name) => checkPackage(name, project, probe))];
}

function checkPackage(name: string, project: Project, probe: Probe): Finding[] {
  const installed = findInstalled(name, project.directory);
  if (installed === undefined) {
    return [unsure(`${name} is in package.json, but not installed`, `${project.packageManager} install`)];
  }
  const what = `${name} ${installed.version}`;
  const companion = COMPANIONS[name];
  if (companion !== undefined) {
    if (findInstalled(companion.add, project.directory) !== undefined)
      return [ok(`${what}: ${companion.add}; ${companion.use}`)];
    return [
      unsure(
        `${what}: ${companion.without}`,
        `${installLine(project.packageManager, [companion.add])} and ${companion.use}`,
      ),
    ];
  }
  const instead = WITHOUT_INSTRUMENTATION[name];
  if (instead !== undefined) return [bad(`${what} has no instrumentation`, instead)];
  const patches = patchesOf(name, probe.instrumentations);
  if (patches.length === 0) return [withoutPatch(name, what, probe)];
  const fitting = patches.find(({ versions }) =>
    versions.some((range) => satisfies(installed.version, range) !== false),
  );
  if (fitting === undefined) {
    const ranges = patches.flatMap(({ versions }) => versions).join(' or ');
    const { instrumentation } = patches[0]!;
    return [
      bad(
        `${what}: ${instrumentation.name} supports ${ranges}`,
        `install a supported ${name}, or a newer ${instrumentation.name}`,
      ),
    ];
  }
  if (fitting.instrumentation.requiresParent) {
    return [
      unsure(
        `${what}: calls outside a request or message make no span (requireParentSpan)`,
        "put jobs and scripts in withOrigin('job:name', async () => { ... })",
      ),
    ];
  }
  return [ok(`${what}: supported by ${fitting.instrumentation.name}`)];
}

function patchesOf(name: string, instrumentations: readonly ProbedInstrumentation[]) {
  return instrumentations.flatMap((instrumentation) =>
    instrumentation.modules
      // The client of redis lives in a package of its own, with versions of its own; others in a file of the package.
      .filter((module) => module.name === name || (name === 'redis' && module.name === '@redis/client'))
      .map((module) => ({ instrumentation, versions: module.name === name ? module.versions : ['*'] })),
  );
}

function withoutPatch(name: string, what: string, probe: Probe): Finding {
  const base = BUILT_ON[name];
  if (base !== undefined) {
    const isPackage = /^(@[\w.-]+\/)?[\w.-]+$/.test(base);
    const active = probe.instrumentations.some(
      (one) => one.name === base || one.modules.some((module) => module.name === base),
    );
    if (!isPackage || active) return ok(`${what}: seen through ${base}`);
    return bad(
      `${what} is seen only through ${base}, whose instrumentation is not active`,
      `add the instrumentation of ${base}`,
    );
  }
  return bad(
    `${what}: no active instrumentation`,
    `install its instrumentation, or check OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS`,
  );
}
