/**
 * Repairs libraries that lose the OpenTelemetry context, and has frameworks tell their routes, as they are loaded. Uses
 * the application's own `@opentelemetry/instrumentation`, which knows how to reach CommonJS and ES modules alike.
 */
import { createRequire } from 'node:module';
import type { Logger } from '../../core/logger.ts';
import { packageVersion } from '../../engine/package-version.ts';
import { watchFastify } from '../routes/fastify.ts';
import { ROUTE_WATCHERS } from '../routes/watchers.ts';
import { resolveFromApplication, SDK_PACKAGE } from '../setup/sdk-modules.ts';
import type { Exports } from './exported.ts';
import { REPAIRS, type Repair } from './repairs.ts';

const INSTRUMENTATION_PACKAGE = '@opentelemetry/instrumentation';

type Patch = (exports: Exports, version?: string) => Exports;
type Unpatch = (exports: Exports) => void;

/** The little of `@opentelemetry/instrumentation` used here, the same in all its versions. */
interface InstrumentationModule {
  readonly InstrumentationBase: new (name: string, version: string, config: object) => object;
  readonly InstrumentationNodeModuleDefinition: new (
    name: string,
    versions: string[],
    patch?: Patch,
    unpatch?: Unpatch,
    files?: object[],
  ) => object;
  readonly InstrumentationNodeModuleFile: new (
    name: string,
    versions: string[],
    patch: Patch,
    unpatch: Unpatch,
  ) => object;
}

let installed = false;

/** Installs once per process. Without `@opentelemetry/instrumentation` there are no driver spans to repair either. */
export function installRepairs(logger: Logger): void {
  if (installed) return;
  try {
    const module = loadInstrumentation();
    if (module === undefined) return;
    installed = true;
    makeRepairs(module, logger);
    watchFastify();
  } catch (error) {
    logger.debug(`repair of pools and queues is off: ${error instanceof Error ? error.message : error}`);
  }
}

function loadInstrumentation(): InstrumentationModule | undefined {
  const direct = resolveFromApplication(INSTRUMENTATION_PACKAGE);
  if (direct !== undefined) return createRequire(direct)(direct) as InstrumentationModule;
  const sdk = resolveFromApplication(SDK_PACKAGE);
  if (sdk === undefined) return undefined;
  return createRequire(sdk)(INSTRUMENTATION_PACKAGE) as InstrumentationModule;
}

function makeRepairs(module: InstrumentationModule, logger: Logger): object {
  const { InstrumentationBase, InstrumentationNodeModuleDefinition, InstrumentationNodeModuleFile } = module;
  const keep = () => {};

  class Repairs extends InstrumentationBase {
    init() {
      return [...REPAIRS, ...ROUTE_WATCHERS].map((repair) => {
        const { module: name, files } = repair;
        const versions = [repair.versions];
        const patch = patchOf(repair, logger);
        if (files === undefined) return new InstrumentationNodeModuleDefinition(name, versions, patch, keep);
        const parts = files.map((file) => new InstrumentationNodeModuleFile(file, versions, patch, keep));
        return new InstrumentationNodeModuleDefinition(name, versions, undefined, undefined, parts);
      });
    }
  }
  return new Repairs('otel-attribution/repair', packageVersion, {});
}

/** A library that is not as it was when this was written stays as it is. */
function patchOf({ module, apply }: Repair, logger: Logger): Patch {
  return (exports, version) => {
    let why = 'its shape is not known';
    try {
      const repaired = apply(exports);
      if (repaired !== undefined) return repaired;
    } catch (error) {
      why = String(error);
    }
    logger.debug(`${module} ${version ?? ''} is not repaired, its work may count for another: ${why}`);
    return exports;
  };
}
