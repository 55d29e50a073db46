/**
 * What `import 'otel-attribution'` costs a process: the built package imported by a fresh process, minus a process that imports an
 * empty module, alternating; and a list of every module it loads, none of which may be a heavy one.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type BenchOptions, type BenchRow, median } from './row.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = join(root, 'dist/index.js');
const API = import.meta.resolve('@opentelemetry/api');
const run = promisify(execFile);

/** Packages that must not come along: validators and parsers, drivers, and any SDK but the application's own. */
const HEAVY =
  /node_modules\/(zod|yaml|commander|@duckdb|@opentelemetry\/(sdk-|exporter-|otlp-|instrumentation|auto-instrumentations|resources|core))/;

/** Prints the milliseconds that one dynamic import took, then the files of all modules loaded by it. */
const SCRIPT = `
import { registerHooks, createRequire } from 'node:module';
const files = new Set();
if (process.argv[3]) registerHooks({ load(url, context, next) { files.add(url); return next(url, context); } });
const start = performance.now();
await import(process.argv[2]);
const ms = performance.now() - start;
const require = createRequire(import.meta.url);
for (const file of Object.keys(require.cache)) files.add(file);
console.log(JSON.stringify({ ms, files: [...files] }));
`;

async function child(
  script: string,
  url: string,
  list = false,
): Promise<{ wallMs: number; ms: number; files: string[] }> {
  const start = performance.now();
  const { stdout } = await run(process.execPath, [script, url, ...(list ? ['list'] : [])], { cwd: root });
  return { wallMs: performance.now() - start, ...JSON.parse(stdout) };
}

/** Takes about 5 s, and a build before if there is none. */
export async function rows({ brief }: BenchOptions): Promise<BenchRow[]> {
  if (!existsSync(entry))
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const dir = await mkdtemp(join(tmpdir(), 'otel-attribution-bench-'));
  try {
    const script = join(dir, 'import.mjs');
    const empty = join(dir, 'empty.mjs');
    await writeFile(script, SCRIPT);
    await writeFile(empty, 'export {};');
    const ours = pathToFileURL(entry).href;
    const without = pathToFileURL(empty).href;
    const loaded = (await child(script, ours, true)).files;
    const heavy = loaded.filter((file) => HEAVY.test(file));
    const walls: number[] = [];
    const imports: number[] = [];
    const empties: number[] = [];
    const apis: number[] = [];
    for (let i = 0; i < (brief ? 10 : 25); i++) {
      const base = await child(script, without);
      const full = await child(script, ours);
      apis.push((await child(script, API)).wallMs - base.wallMs);
      empties.push(base.wallMs);
      walls.push(full.wallMs);
      imports.push(full.ms - base.ms);
    }
    const ms = median(walls) - median(empties);
    return [
      {
        name: "import 'otel-attribution', whole process",
        unit: 'ms',
        ours: round(ms),
        peer: round(median(empties)),
        peerName: 'a process that imports an empty module (already subtracted)',
        ratio: null,
        goal: '≤ 30 ms, no heavy module',
        met: ms <= 30 && heavy.length === 0,
        note:
          `${round(median(imports))} ms within the import; of it ${round(median(apis))} ms for @opentelemetry/api, which every instrumented ` +
          `application loads anyway; ${loaded.length} modules, heavy: ${heavy.length === 0 ? 'none' : heavy.join(', ')}`,
      },
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

if (import.meta.main) console.table(await rows({ brief: process.argv.includes('--brief') }));
