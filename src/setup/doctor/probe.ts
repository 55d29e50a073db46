/**
 * Asks the instrumentations of an application what they patch, in a process of their own: they may fail to load, and
 * what they load must not be patched in ours.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';

export interface ProbedInstrumentation {
  readonly name: string;
  readonly modules: readonly { readonly name: string; readonly versions: readonly string[] }[];
  /** Calls without a parent span make no span. */
  readonly requiresParent: boolean;
}

export interface Probe {
  readonly instrumentations: readonly ProbedInstrumentation[];
  /** Package → why it did not load. */
  readonly failed: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;
const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;

/** Runs as text in the child, with the application's folder as its own. */
const SCRIPT = `
const out = { instrumentations: [], failed: {} };
const describe = (instance) => {
  const definitions = [instance, ...Object.values(instance)].flatMap((one) => Array.isArray(one?._modules) ? one._modules : []);
  const config = instance.getConfig?.() ?? {};
  out.instrumentations.push({
    name: instance.instrumentationName ?? instance.constructor.name,
    modules: definitions.map(({ name, supportedVersions }) => ({ name, versions: [supportedVersions ?? '*'].flat() })),
    requiresParent: config.requireParentSpan === true,
  });
};
for (const name of JSON.parse(process.argv[1])) {
  try {
    const loaded = require(name);
    if (typeof loaded.getNodeAutoInstrumentations === 'function') loaded.getNodeAutoInstrumentations().forEach(describe);
    else for (const [key, Class] of Object.entries(loaded)) if (/Instrumentation$/.test(key) && typeof Class === 'function') describe(new Class());
  } catch (error) {
    out.failed[name] = String(error?.message ?? error).split('\\n')[0];
  }
}
process.stdout.write('\\n' + JSON.stringify(out), () => process.exit(0));
`;

/** Never rejects: a probe that fails as a whole is a failure of every package. */
export function probeInstrumentations(packages: readonly string[], directory: string): Promise<Probe> {
  // The variables that switch instrumentations on and off must work; flags for the application must not.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ['-e', SCRIPT, JSON.stringify(packages)];
  const options = { cwd: path.resolve(directory), env, timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as Probe);
      } catch {
        const why = stderr.trim().split('\n').at(-1) || error?.message.split('\n')[0] || 'no answer';
        resolve({ instrumentations: [], failed: Object.fromEntries(packages.map((name) => [name, why])) });
      }
    });
  });
}
