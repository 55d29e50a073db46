/**
 * The loader hook that lets instrumentations patch ES modules. Without it an application that imports Express as an ES
 * module stays unpatched. It must be the copy the instrumentations themselves use.
 */
import module, { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const INSTRUMENTATION = '@opentelemetry/instrumentation';
const HOOK = `${INSTRUMENTATION}/hook.mjs`;
const HOOK_WITHOUT_THREAD = 'import-in-the-middle/register-hooks.mjs';

/** Whether the command line or NODE_OPTIONS installs such a hook already; a second one would wrap every module twice. */
export function hookOnCommandLine(args: readonly string[], nodeOptions: string): boolean {
  return [...args, nodeOptions].some((text) => /opentelemetry\/instrumentation\/hook|import-in-the-middle/.test(text));
}

/** Whether something compiles TypeScript while it is loaded, such as `tsx app.ts`. */
export function compilesOnLoad(args: readonly string[], nodeOptions: string): boolean {
  return [...args, nodeOptions].some((text) => /(^|[\s=/\\])(tsx|ts-node|@swc-node)($|[\s/\\])/.test(text));
}

/** `instrumentations`: a file of the package that brings them. False when there is no hook to install. */
export function installLoaderHook(instrumentations: string): boolean {
  const args = process.execArgv;
  const nodeOptions = process.env.NODE_OPTIONS ?? '';
  if (hookOnCommandLine(args, nodeOptions)) return true;
  const require = createRequire(instrumentations);
  // With a hook in a thread, what tsx makes of a CommonJS file has a `require` that nobody can patch: all of its drivers
  // would make no spans.
  if (compilesOnLoad(args, nodeOptions) && installWithoutThread(require)) return true;
  try {
    module.register(pathToFileURL(require.resolve(HOOK)));
    return true;
  } catch {
    return false;
  }
}

/** False where Node.js or the hook is too old for that. */
function installWithoutThread(require: NodeJS.Require): boolean {
  try {
    const { register } = createRequire(require.resolve(INSTRUMENTATION))(HOOK_WITHOUT_THREAD) as { register(): void };
    register();
    return true;
  } catch {
    return false;
  }
}
