/** What an instrumentation patches, read from the fields that all versions of `@opentelemetry/instrumentation` have. */

/** A module, or a file of it. */
export interface PatchTarget {
  readonly name: string;
  readonly supportedVersions?: readonly string[];
  /** Of the package that was loaded; only on modules. */
  readonly moduleVersion?: string;
  patch?: (exports: unknown, version?: string) => unknown;
  unpatch?: (exports: unknown, version?: string) => unknown;
}

interface ModuleDefinition extends PatchTarget {
  readonly files?: readonly PatchTarget[];
}

export interface Definition {
  /** Name of the instrumentation. */
  readonly instrumentation: string;
  /** Name of the module; that of `target` may be a file in it. */
  readonly module: string;
  readonly target: PatchTarget;
}

/** Modules and their files; none of an instrumentation that keeps them elsewhere, or patches none. */
export function definitionsOf(instrumentations: readonly unknown[]): Definition[] {
  return instrumentations.flatMap((one) => {
    if (Array.isArray(one)) return definitionsOf(one);
    if (one === null || typeof one !== 'object') return [];
    const { instrumentationName = one.constructor.name } = one as { instrumentationName?: string };
    // That of redis is made of one for each generation of the library.
    return [one, ...Object.values(one)].flatMap(modulesOf).flatMap((module) =>
      [module, ...(module.files ?? [])].map((target) => ({
        instrumentation: instrumentationName,
        module: module.name,
        target,
      })),
    );
  });
}

function modulesOf(instrumentation: { readonly _modules?: unknown } | null | undefined): ModuleDefinition[] {
  const modules = instrumentation?._modules;
  return Array.isArray(modules) ? modules.filter((module) => typeof module?.name === 'string') : [];
}
