/** From what an application uses to the steps that set it up. Reads files, writes none. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_FILE } from '../../config/env.ts';
import { installLine, type PackageManager } from '../../config/package-manager.ts';
import { findInstalled } from '../project/installed.ts';
import { COMPANIONS, DRIVERS, FRAMEWORKS, WITHOUT_INSTRUMENTATION } from '../project/known-packages.ts';
import type { Project } from '../project/package-json.ts';
import { type SetUp, scanSources } from '../project/set-ups.ts';
import { addFlag, type StartScript, startScript, viaNodeOptions } from '../project/start-script.ts';

export const CONFIG_NAME = 'attribution.yaml';

/** `done`: attribution is set up. `zero-code`: a flag. The others: a line in the set-up that is there. */
export type Way = 'done' | 'zero-code' | 'nodesdk' | 'azure-monitor' | 'sentry' | 'own-provider';

export interface Step {
  readonly kind: 'install' | 'script' | 'code' | 'config' | 'run' | 'note';
  readonly text: string;
  /** File the step is about, relative to the project. */
  readonly file?: string;
  readonly line?: number;
  readonly before?: string;
  readonly after?: string;
  /** `--write` does it. */
  readonly writable: boolean;
}

export interface InitPlan {
  readonly directory: string;
  readonly name: string;
  readonly module: boolean;
  readonly packageManager: PackageManager;
  readonly frameworks: readonly string[];
  readonly drivers: readonly string[];
  readonly setUps: readonly SetUp[];
  readonly way: Way;
  readonly steps: readonly Step[];
  /** Script to edit, when there is one to edit. */
  readonly script?: StartScript;
}

export function planInit(project: Project, platform: string = process.platform): InitPlan {
  const { setUps } = scanSources(project.directory);
  const found = startScript(project);
  const way = wayOf(project, setUps, found);
  const variables = way === 'zero-code' ? namingConfig(found, platform) : '';
  const script = variables === '' ? found : naming(found, variables);
  const uses = (names: readonly string[]) => names.filter((name) => project.dependencies.has(name)).map(named);
  const named = (name: string) =>
    `${name} ${findInstalled(name, project.directory)?.version ?? project.dependencies.get(name)}`;
  const zeroCode = way === 'zero-code';
  return {
    directory: project.directory,
    name: project.name,
    module: project.module,
    packageManager: project.packageManager,
    frameworks: uses(FRAMEWORKS),
    drivers: uses(DRIVERS),
    setUps,
    way,
    steps: [
      ...installStep(project, way, zeroCode || script?.hasFlag === true),
      ...(zeroCode ? startSteps(project, script, variables) : codeSteps(way, setUps, project.module)),
      ...(variables === '' ? [] : configStep(project)),
      ...notes(project, way),
    ],
    ...(zeroCode && script?.withFlag !== undefined && { script }),
  };
}

/** The assignment by which the start line names the configuration; '' where it cannot, or does so already. */
function namingConfig(script: StartScript | undefined, platform: string): string {
  const command = script?.command ?? '';
  if (command.includes(CONFIG_FILE)) return '';
  // The scripts of npm run in the shell of Windows there.
  if (platform === 'win32' && !/\bcross-env\b/.test(command)) return '';
  return `${CONFIG_FILE}=${CONFIG_NAME}`;
}

function naming(script: StartScript | undefined, variables: string): StartScript | undefined {
  if (script?.withFlag === undefined) return script;
  return { ...script, withFlag: addFlag(script.command, variables) };
}

const WAYS: Readonly<Record<SetUp['kind'], Way>> = {
  nodesdk: 'nodesdk',
  'azure-monitor': 'azure-monitor',
  sentry: 'sentry',
  vercel: 'own-provider',
  'tracer-provider': 'own-provider',
};

function wayOf(project: Project, setUps: readonly SetUp[], script: StartScript | undefined): Way {
  if (setUps.some(({ attributed }) => attributed) || (script?.hasFlag ?? false)) return 'done';
  const found = setUps.map(({ kind }) => WAYS[kind]);
  const order: Way[] = ['azure-monitor', 'nodesdk', 'sentry', 'own-provider'];
  return order.find((way) => found.includes(way)) ?? (uses(project, 'azure') ? 'azure-monitor' : 'zero-code');
}

function uses(project: Project, what: 'azure'): boolean {
  return what === 'azure' && project.dependencies.has('@azure/monitor-opentelemetry');
}

function installStep(project: Project, way: Way, zeroCode: boolean): Step[] {
  const wanted = ['otel-attribution'];
  if (zeroCode) wanted.push('@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node');
  if (way !== 'azure-monitor' && way !== 'sentry') {
    for (const [name, { add }] of Object.entries(COMPANIONS)) if (project.dependencies.has(name)) wanted.push(add);
  }
  const missing = wanted.filter((name) => !project.dependencies.has(name));
  if (missing.length === 0) return [];
  return [{ kind: 'install', text: installLine(project.packageManager, missing), writable: false }];
}

function startSteps(project: Project, script: StartScript | undefined, variables: string): Step[] {
  if (script?.withFlag !== undefined) {
    return [
      {
        kind: 'script',
        text: `package.json, script ${script.name}`,
        file: 'package.json',
        before: script.command,
        after: script.withFlag,
        writable: true,
      },
    ];
  }
  if (script !== undefined) {
    const text = `script ${script.name} does not call node itself, so start it with: ${viaNodeOptions(`${project.packageManager} run ${script.name}`, variables)}`;
    return [{ kind: 'run', text, before: script.command, writable: false }];
  }
  const main =
    project.main ||
    ['server.js', 'app.js', 'index.js', 'src/index.js'].find((file) => existsSync(path.join(project.directory, file)));
  return [
    {
      kind: 'run',
      text: `start it with: ${addFlag(`node ${main ?? 'app.js'}`, variables)}`,
      writable: false,
    },
  ];
}

function codeSteps(way: Way, setUps: readonly SetUp[], module: boolean): Step[] {
  if (way === 'done') return [];
  const importing = (names: string) =>
    module ? `import { ${names} } from 'otel-attribution';` : `const { ${names} } = require('otel-attribution');`;
  const found = setUps.find(({ kind }) => WAYS[kind] === way);
  const at = found === undefined ? {} : { file: found.file, line: found.line, before: found.text };
  const code = (names: string, after: string, text: string): Step[] => [
    { kind: 'code', text: `${text}, after ${importing(names)}`, ...at, after, writable: false },
  ];
  if (way === 'nodesdk') {
    const before = found?.text ?? 'new NodeSDK({ ... })';
    // `new NodeSDK({` has its end some lines below: only the beginning can be shown for sure.
    const after = /\)\s*;?\s*$/.test(before)
      ? before.replace(
          /(new\s+(?:\w+\.)?NodeSDK\s*\()\s*(.*?)\s*(\)\s*;?)$/,
          (_, open, inner, end) => `${open}withAttribution(${inner || '{}'})${end}`,
        )
      : `${before.replace(/(NodeSDK\s*\()\s*/, '$1withAttribution(')} … })`;
    return code('withAttribution', after, 'put withAttribution(...) around the configuration');
  }
  if (way === 'azure-monitor') {
    return code(
      'AttributionSpanProcessor',
      'useAzureMonitor({ ..., tracesPerSecond: 0, samplingRatio: 0.1, spanProcessors: [new AttributionSpanProcessor()] })',
      'add the processor to the options, and sample by ratio: tracesPerSecond, the default, hides spans from attribution too',
    );
  }
  if (way === 'sentry') {
    return code(
      'AttributionSpanProcessor',
      'Sentry.init({ ..., openTelemetrySpanProcessors: [new AttributionSpanProcessor()] })',
      'add the processor to the options',
    );
  }
  return code(
    'AttributionSpanProcessor, AttributionSampler',
    '{ ..., spanProcessors: [new AttributionSpanProcessor(), ...], sampler: new AttributionSampler(...) }',
    'add the processor, and wrap the sampler so that unsampled spans count as well',
  );
}

function configStep(project: Project): Step[] {
  if (existsSync(path.join(project.directory, CONFIG_NAME))) return [];
  const text = `${CONFIG_NAME} with every option as a comment; the start line names it`;
  return [{ kind: 'config', text, file: CONFIG_NAME, writable: true }];
}

function notes(project: Project, way: Way): Step[] {
  const notes: string[] = [];
  for (const [name, { add, use, without }] of Object.entries(COMPANIONS)) {
    if (project.dependencies.has(name) && !project.dependencies.has(add))
      notes.push(`${name} needs ${add}: ${use}. Without it ${without}`);
  }
  for (const [name, instead] of Object.entries(WITHOUT_INSTRUMENTATION)) {
    if (project.dependencies.has(name)) notes.push(`${name} has no instrumentation: ${instead}`);
  }
  if (project.dependencies.has('next') && way === 'zero-code') {
    notes.push(
      'Next.js bundles server code: list drivers that should be seen in serverExternalPackages of next.config',
    );
  }
  return notes.map((text) => ({ kind: 'note', text, writable: false }));
}
