/** Ways to start that people try. Those that cannot work say what to write. Imports nothing. */

const FLAG = /^(?:--import|--require|-r)(?:=(.*))?$/;
const REGISTER = /otel-attribution[\\/](?:dist[\\/])?register/;
const LOADER = /--(?:experimental-)?loader[= ]\S*(?:otel-attribution[\\/]|[\\/])register/;
/** The package itself, by name or by path. */
const ALONE = /^(?:otel-attribution|.*[\\/]otel-attribution[\\/](?:dist[\\/])?index\.[jt]s)$/;

export const RIGHT = 'node --import otel-attribution/register app.js';

/** What `node` is told to load first. */
export function preloads(args: readonly string[], nodeOptions: string): string[] {
  const all = [...nodeOptions.split(/\s+/).map((word) => word.replace(/^["']|["']$/g, '')), ...args];
  return all.flatMap((word, i) => {
    const flag = FLAG.exec(word);
    return flag === null ? [] : [flag[1] ?? all[i + 1] ?? ''];
  });
}

/** `--import otel-attribution` loads what applications call, and starts nothing. */
export function isAlone(loaded: readonly string[]): boolean {
  return loaded.some((name) => ALONE.test(name)) && !loaded.some((name) => REGISTER.test(name));
}

/** Called where this package is imported; says its line where it was meant to start. */
export function sayIfAlone(): void {
  if (!isAlone(preloads(process.execArgv, process.env.NODE_OPTIONS ?? ''))) return;
  process.stderr.write(`otel-attribution: not started: --import otel-attribution starts nothing. Write: ${RIGHT}\n`);
}

/** Nothing was loaded first, so an import in the application's own code started us: after what stands beside it. */
export function startedByImport(): boolean {
  return preloads(process.execArgv, process.env.NODE_OPTIONS ?? '').length === 0;
}

/**
 * Called in the thread of the loader hooks, which runs no application. `--require` brings us there as well, and rightly
 * so; `--loader` does nothing else.
 */
export function asLoader(): string {
  const words = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ');
  if (!LOADER.test(words)) return '';
  return `not started: --loader and --experimental-loader are for loader hooks. Write: ${RIGHT}`;
}
