/**
 * Repairs drivers that lose the OpenTelemetry context, and has frameworks tell their routes, as they are loaded. Uses the
 * application's own `@opentelemetry/instrumentation`, which knows how to reach CommonJS and ES modules alike.
 */
import { createRequire } from 'node:module';
import type { Logger } from '../../core/logger.ts';
import { packageVersion } from '../../engine/package-version.ts';
import { watchFastify } from '../routes/fastify.ts';
import { watchHapi } from '../routes/hapi.ts';
import { watchKoa } from '../routes/koa.ts';
import { resolveFromApplication, SDK_PACKAGE } from '../setup/sdk-modules.ts';
import { bindPoolCallback } from './bind-callback.ts';
import { repairUndiciQueue } from './undici-queue.ts';

const INSTRUMENTATION_PACKAGE = '@opentelemetry/instrumentation';

type Exports = {
  readonly prototype?: unknown;
  readonly default?: Exports;
  readonly PoolBase?: { prototype?: unknown };
};

/** The little of `@opentelemetry/instrumentation` used here, the same in all its versions. */
interface InstrumentationModule {
  readonly InstrumentationBase: new (name: string, version: string, config: object) => object;
  readonly InstrumentationNodeModuleDefinition: new (
    name: string,
    versions: string[],
    patch?: (exports: Exports) => Exports,
    unpatch?: (exports: Exports) => void,
    files?: object[],
  ) => object;
  readonly InstrumentationNodeModuleFile: new (
    name: string,
    versions: string[],
    patch: (exports: Exports) => Exports,
    unpatch: (exports: Exports) => void,
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
    makeRepair(module);
    watchFastify();
  } catch (error) {
    logger.debug(`pool repair is off: ${error instanceof Error ? error.message : error}`);
  }
}

function loadInstrumentation(): InstrumentationModule | undefined {
  const direct = resolveFromApplication(INSTRUMENTATION_PACKAGE);
  if (direct !== undefined) return createRequire(direct)(direct) as InstrumentationModule;
  const sdk = resolveFromApplication(SDK_PACKAGE);
  if (sdk === undefined) return undefined;
  return createRequire(sdk)(INSTRUMENTATION_PACKAGE) as InstrumentationModule;
}

function makeRepair(module: InstrumentationModule): object {
  const { InstrumentationBase, InstrumentationNodeModuleDefinition, InstrumentationNodeModuleFile } = module;
  const bind =
    (method: string) =>
    (exports: Exports): Exports => {
      bindPoolCallback((exports.default ?? exports).prototype, method);
      return exports;
    };
  const keep = () => {};
  const mysqlFile = (file: string) => new InstrumentationNodeModuleFile(file, ['>=2 <4'], bind('getConnection'), keep);
  const undiciFile = (file: string) =>
    new InstrumentationNodeModuleFile(
      file,
      ['>=5 <9'],
      (exports) => {
        repairUndiciQueue(exports.PoolBase);
        return exports;
      },
      keep,
    );

  class PoolRepair extends InstrumentationBase {
    init() {
      return [
        new InstrumentationNodeModuleDefinition('mysql2', ['>=2 <4'], undefined, undefined, [
          mysqlFile('mysql2/lib/base/pool.js'),
          mysqlFile('mysql2/lib/pool.js'),
        ]),
        new InstrumentationNodeModuleDefinition('undici', ['>=5 <9'], undefined, undefined, [
          undiciFile('undici/lib/dispatcher/pool-base.js'),
          undiciFile('undici/lib/pool-base.js'),
        ]),
        new InstrumentationNodeModuleDefinition('pg-pool', ['>=2 <4'], bind('connect'), keep),
        new InstrumentationNodeModuleDefinition('@hapi/hapi', ['>=17 <23'], watchHapi as never, keep),
        new InstrumentationNodeModuleDefinition('koa', ['>=2 <4'], undefined, undefined, [
          new InstrumentationNodeModuleFile('koa/lib/context.js', ['>=2 <4'], watchKoa, keep),
        ]),
      ];
    }
  }
  return new PoolRepair('otel-attribution/repair', packageVersion, {});
}
