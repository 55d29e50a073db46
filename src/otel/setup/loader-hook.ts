/**
 * The loader hook that lets instrumentations patch ES modules. Without it an application that imports Express as an ES
 * module stays unpatched. It must be the copy the instrumentations themselves use.
 */
import module, { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const HOOK = '@opentelemetry/instrumentation/hook.mjs';

/** Whether the command line or NODE_OPTIONS installs such a hook already; a second one would wrap every module twice. */
export function hookOnCommandLine(args: readonly string[], nodeOptions: string): boolean {
  return [...args, nodeOptions].some((text) => /opentelemetry\/instrumentation\/hook|import-in-the-middle/.test(text));
}

/** `instrumentations`: a file of the package that brings them. False when there is no hook to install. */
export function installLoaderHook(instrumentations: string): boolean {
  if (hookOnCommandLine(process.execArgv, process.env.NODE_OPTIONS ?? '')) return true;
  try {
    module.register(pathToFileURL(createRequire(instrumentations).resolve(HOOK)));
    return true;
  } catch {
    return false;
  }
}
