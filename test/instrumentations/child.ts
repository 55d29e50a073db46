/** One application per library and way to load it, started with the flag as a user starts it. */
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDirectory } from '../installs/install.ts';
import { type Found, type How, LOOKS, MARK } from './looks.ts';

const LOOKER = fileURLToPath(new URL('looks.ts', import.meta.url));
const REGISTER = fileURLToPath(new URL('../../src/register.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const CHILD_MS = 60_000;

export interface Outcome {
  readonly how: How;
  readonly crashed: boolean;
  /** '' when it is patched. */
  readonly reason: string;
}

/** An import gives the names and the default at once. */
export type Kind = 'require' | 'import';
export const KINDS: readonly Kind[] = ['require', 'import'];
const HOWS: Readonly<Record<Kind, readonly How[]>> = { require: ['require'], import: ['named', 'default'] };

const FOLDERS = { instrumentations: installDirectory('instrumentations'), repository: REPOSITORY };

/** Where applications lie that find the libraries of an install beside them. */
export function prepare(directory: string): void {
  for (const [name, from] of Object.entries(FOLDERS)) {
    mkdirSync(join(directory, name));
    symlinkSync(join(from, 'node_modules'), join(directory, name, 'node_modules'), 'dir');
  }
}

export function sourceOf(name: string, kind: Kind): string {
  const library = JSON.stringify(LOOKS[name]!.library);
  const looker = JSON.stringify(LOOKER);
  const call = (how: How, value: string) => `look(${JSON.stringify(name)}, '${how}', ${value})`;
  if (kind === 'require') {
    return `const lib = require(${library});\nrequire(${looker}).${call('require', 'lib')}.then(() => process.exit(0));\n`;
  }
  return [
    `import * as lib from ${library};`,
    `import { look } from ${looker};`,
    `await ${call('named', 'lib')};`,
    `await ${call('default', 'lib.default')};`,
    'process.exit(0);\n',
  ].join('\n');
}

export async function runChild(directory: string, name: string, kind: Kind): Promise<Outcome[]> {
  const { from = 'instrumentations', env, spans } = LOOKS[name]!;
  const file = join(directory, from, `${name}.${kind === 'require' ? 'cjs' : 'mjs'}`);
  writeFileSync(file, sourceOf(name, kind));
  const output = await start(['--import', REGISTER, file], directory, env);
  const answers = answersIn(output);
  if (answers.length < HOWS[kind].length) {
    const reason = errorIn(output);
    const without = answersIn(await start([file], directory, env));
    const crashed = without.length > answers.length;
    return HOWS[kind].map((how) => ({
      how,
      crashed,
      reason: crashed ? reason : `fails without the flag as well: ${reason}`,
    }));
  }
  const scope = `name: '@opentelemetry/instrumentation-${name}'`;
  return answers.map(({ how, reason, before }) => {
    const noSpan = reason === '' && spans !== undefined && !before.includes(scope);
    return { how, crashed: false, reason: noSpan ? 'it was used, and no span was made' : reason };
  });
}

/** What the application found, each with what was printed before it. */
function answersIn(output: string): (Found & { readonly before: string })[] {
  const sections = output.split(`\n${MARK}`);
  return sections.slice(1).map((text, i) => {
    const before = sections[i]!;
    return { ...(JSON.parse(text.split('\n')[0]!) as Found), before };
  });
}

function errorIn(output: string): string {
  const error = output.match(/^.*Error\b.*$/m)?.[0] ?? output.trim().split('\n').at(-1) ?? '';
  return error.trim().slice(0, 200);
}

function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = spawn(process.execPath, [...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CHILD_MS,
    killSignal: 'SIGKILL',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_NO_WARNINGS: '1',
      // Halves the start of the hundred processes, most of which is reading the same SDK.
      NODE_COMPILE_CACHE: join(cwd, 'compile-cache'),
      // Every span that is made is printed.
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      OTEL_ATTRIBUTION_EXPORTERS: 'memory',
      OTEL_ATTRIBUTION_LIVE: 'false',
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
