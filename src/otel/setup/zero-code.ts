/**
 * `node --import otel-attribution/register app.js`: a `NodeSDK` with all auto-instrumentations and attribution, like
 * `@opentelemetry/auto-instrumentations-node/register`. Whatever fails, one line says so and the application runs.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { mainScript } from '../../engine/main-script.ts';
import { createAttribution } from '../attribution.ts';
import { givenOptions } from '../given-options.ts';
import type { Attribution } from '../instance.ts';
import { hasMetricRules } from '../with-attribution.ts';
import { atExit } from './at-exit.ts';
import { CallersView } from './callers-view.ts';
import { bundledFindings, diagnose, type Finding, formatFindings, unpatchedFindings } from './diagnose.ts';
import { loadedPackages, patchedModules } from './loaded-packages.ts';
import { installLoaderHook } from './loader-hook.ts';
import { mendInstrumentations } from './mend-imports.ts';
import { unpatched, unusedModules } from './patches.ts';
import { plugIn, type SdkConfiguration, type SetupHooks, sdkDisabled } from './plug-in.ts';
import { registeredProvider, watchProviders } from './providers.ts';
import { readBundle } from './read-bundle.ts';
import { say } from './say.ts';
import { findSdk, resolveFromApplication, SDK_PACKAGE } from './sdk-modules.ts';
import { instrumentationDefaults, isReceived, withSignalDefaults } from './signal-defaults.ts';
import { startedByImport } from './wrong-start.ts';

const AUTO_PACKAGE = '@opentelemetry/auto-instrumentations-node';
/** Without a span for this long, something is worth saying. */
const SILENCE_MS = 30_000;
/** By then the modules that an application imports beside us are loaded. */
const BESIDE_MS = 1_000;

interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}
interface AutoInstrumentations {
  getNodeAutoInstrumentations(configs: Readonly<Record<string, { enabled: boolean }>>): object[];
  getResourceDetectors(): object[];
}

export interface ZeroCode {
  readonly attribution: Attribution;
  shutdown(): Promise<void>;
}

/** Undefined when nothing was started; why was said. */
export function startZeroCode(silenceMs = SILENCE_MS): ZeroCode | undefined {
  // OTEL_SDK_DISABLED is a decision, not a mistake: nothing to say.
  if (sdkDisabled()) return undefined;
  // Before anything is loaded that a thread would have to wait for.
  if (!isMainThread && givenOptions(undefined).threads === false) return undefined;
  const sdkPath = resolveFromApplication(SDK_PACKAGE);
  const autoPath = resolveFromApplication(AUTO_PACKAGE);
  if (sdkPath === undefined || autoPath === undefined) {
    const missing = [sdkPath === undefined && SDK_PACKAGE, autoPath === undefined && AUTO_PACKAGE].filter(Boolean);
    say(`not started, ${missing.join(' and ')} missing. Run: npm i ${missing.join(' ')}`);
    return undefined;
  }
  const before = registeredProvider();
  if (before !== '') {
    say(
      `not started: an OpenTelemetry SDK (${before}) is already set up in this process. ` +
        'Put withAttribution(...) around its configuration instead of --import otel-attribution/register.',
    );
    return undefined;
  }
  const loadedBefore = loadedPackages();
  const loaderHook = installLoaderHook(autoPath);
  const started = startSdk(sdkPath, autoPath);
  if (started === undefined) return undefined;
  const { attribution, sdk, instrumentations, view } = started;

  let stopped: Promise<void> | undefined;
  const shutdown = (): Promise<void> => {
    stopped ??= Promise.allSettled([sdk.shutdown(), attribution.shutdown()]).then(() => {});
    return stopped;
  };
  onceIdle(() => void shutdown());
  atExit(attribution, shutdown);

  let otherProvider = '';
  watchProviders(sdkPath, (name) => {
    otherProvider = name;
    say(
      `this application sets up OpenTelemetry (${name}) itself, after --import otel-attribution/register: its exporters ` +
        'get no spans. Put withAttribution(...) around its configuration and leave out the --import.',
    );
  });
  // A worker thread that only computes is nothing to wonder about, and what stays unseen the main thread says.
  if (!isMainThread) return { attribution, shutdown };
  // What the SDK itself has loaded, such as gRPC, is patched when the application asks for it.
  const ours = new Set(loadedPackages().filter((name) => !loadedBefore.includes(name)));
  const theirs = () => loadedPackages().filter((name) => !ours.has(name));
  if (startedByImport() || unpatched(loadedBefore).length > 0) onceLater(BESIDE_MS, () => sayUnpatched(theirs()));
  const look = async (): Promise<void> => {
    const loaded = theirs();
    const bundled = await bundledLibraries();
    if (view.spans > 0) {
      sayUnpatched(loaded);
      sayEach(bundledFindings(bundled));
      return;
    }
    const findings = diagnose({
      sdkDisabled: false,
      otherProvider,
      loaderHook,
      instrumented: patchedModules(instrumentations),
      unpatched: unpatched(loaded),
      loaded,
      bundled,
    });
    say(`no span for ${Math.round(silenceMs / 1000)} s. Likely why:\n${formatFindings(findings)}`);
  };
  setTimeout(() => void look(), silenceMs).unref();
  return { attribution, shutdown };
}

/** What stays unseen, once for each reason. `loaded`: packages by name. */
function sayUnpatched(loaded: readonly string[]): void {
  sayEach(unpatchedFindings(unpatched(loaded)));
}

function sayEach(findings: readonly Finding[]): void {
  for (const { problem, fix } of findings) say(`${problem}: ${fix}`);
}

/** Only where nothing is patched is it worth reading the main script. */
async function bundledLibraries(): Promise<string[]> {
  const unused = unusedModules();
  const packages = unused && (await readBundle(mainScript()));
  return packages?.filter((name) => unused!.has(name)) ?? [];
}

/** After that time, or at the end of a process that does not last so long. */
function onceLater(ms: number, run: () => void): void {
  const once = (): void => {
    clearTimeout(timer);
    process.removeListener('exit', once);
    run();
  };
  const timer = setTimeout(once, ms).unref();
  process.once('exit', once);
}

/** Before the process ends by itself, and after what the application does in its own `beforeExit`. */
function onceIdle(run: () => void): void {
  process.once('beforeExit', () => {
    if (process.listenerCount('beforeExit') === 0) {
      run();
      return;
    }
    process.once('beforeExit', run);
    // Something left to do: the event comes again when that and the application's work are done.
    setImmediate(() => {});
  });
}

interface Started {
  readonly attribution: Attribution;
  readonly sdk: NodeSdk;
  readonly instrumentations: object[];
  readonly view: CallersView;
}

function startSdk(sdkPath: string, autoPath: string): Started | undefined {
  const view = new CallersView();
  let attribution: Attribution | undefined;
  try {
    const { NodeSDK } = createRequire(sdkPath)(sdkPath) as { NodeSDK: new (config: object) => NodeSdk };
    const auto = createRequire(autoPath)(autoPath) as AutoInstrumentations;
    const instrumentations = auto.getNodeAutoInstrumentations(instrumentationDefaults(process.env));
    // Attribution may be off, and the loader hook is on all the same.
    mendInstrumentations(instrumentations, say);
    const config: SdkConfiguration & Record<string, unknown> = {
      instrumentations,
      // Asking the clouds who we are costs network calls: only where the answer goes somewhere.
      ...(isReceived('TRACES', process.env) && { resourceDetectors: auto.getResourceDetectors() }),
      ...(serviceName() !== undefined && { serviceName: serviceName() }),
    };
    const create = (): Attribution | undefined => {
      const created = createAttribution();
      if (created.options.enabled !== false) attribution = created;
      return attribution;
    };
    const hooks: SetupHooks = {
      create,
      hasMetricRules: () => hasMetricRules(undefined),
      findSdk: () => findSdk([sdkPath]),
      view,
    };
    const sdk = withSignalDefaults(() => {
      const node = new NodeSDK(plugIn(config, hooks));
      node.start();
      return node;
    });
    if (attribution === undefined) {
      process.once('beforeExit', () => void sdk.shutdown().catch(() => {}));
      return undefined;
    }
    return { attribution, sdk, instrumentations, view };
  } catch (error) {
    say(`could not start OpenTelemetry, the application runs without: ${String((error as Error)?.stack ?? error)}`);
    return undefined;
  }
}

/** The name in the application's package.json, where OpenTelemetry would say `unknown_service:node`. */
function serviceName(): string | undefined {
  const { OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES } = process.env;
  if (OTEL_SERVICE_NAME?.trim() || /(^|,)\s*service\.name\s*=/.test(OTEL_RESOURCE_ATTRIBUTES ?? '')) return undefined;
  const main = mainScript();
  if (main === undefined) return undefined;
  for (let at = dirname(main); ; at = dirname(at)) {
    try {
      const { name } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { name?: unknown };
      if (typeof name === 'string' && name !== '') return name;
    } catch {
      // No package.json here: the application's may be further up.
    }
    if (dirname(at) === at) return undefined;
  }
}
