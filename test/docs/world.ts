/**
 * The folder that commands and code of a page run in, as a reader's project: the package is installed (from its sources),
 * with all libraries of this repository beside it, and the calendar says 24 November 2026, 03:15 UTC.
 *
 *   app.js        the storefront: requests, a timer that nobody named; ends by itself
 *   billing.js    job:invoices, from 03:08 on
 *   .attribution  what both have measured; on a page that starts app.js itself, billing alone
 *   span.json     a span as OTLP/JSON
 *
 * `npx otel-attribution` is the command line of this repository; `npm i` installs nothing and knows only packages that
 * package.json names. The width of the terminal is 100.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './markdown.ts';

const files = path.join(import.meta.dirname, 'world');
const WIDTH = 100;

export interface Outcome {
  readonly code: number | null;
  /** Standard output and standard error, as a terminal shows them. */
  readonly output: string;
}

export class World {
  /** Short, because the path of a Unix socket has at most 107 bytes. */
  readonly folder = mkdtempSync(path.join(tmpdir(), 'docs-'));

  constructor() {
    cpSync(files, this.folder, { recursive: true });
    const main = path.join(root, 'src/cli/main.ts');
    this.#write('package.json', JSON.stringify({ name: 'storefront', type: 'module' }));
    this.#script('npx', `[ "$1" = otel-attribution ] || { echo "npx $1: not of this world"; exit 1; }\nshift`, main);
    this.#script('otel-attribution', '', main);
    this.#script('npm', '', path.join(import.meta.dirname, 'world/npm.js'));
    this.#link();
  }

  /** Runs `script` in bash; every command must succeed. */
  shell(script: string, more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.#run('bash', ['-eu', '-o', 'pipefail', '-c', script], more);
  }

  /** Runs a file of `text`, under the name that pages use or one of its own. */
  node(name: string, text: string): Promise<Outcome> {
    this.#write(name, text);
    return this.#run(process.execPath, ['--import', './given.js', name], {});
  }

  /** Lets applications of the world run, each with the books of its own. */
  async measure(names: readonly string[]): Promise<Outcome> {
    const runs = names.map((name) => {
      const service = name === 'app.js' ? 'storefront' : path.basename(name, '.js');
      const own = { OTEL_SERVICE_NAME: service, OTEL_ATTRIBUTION_DIRECTORY: `./measured/${service}` };
      return this.shell(`node --import otel-attribution/register ${name}`, own);
    });
    const ended = await Promise.all(runs);
    return ended.find(({ code }) => code !== 0) ?? ended[0]!;
  }

  /** Puts what services of `other` have measured into the books of this one. */
  take(other: World, services: readonly string[]): void {
    for (const service of services)
      cpSync(path.join(other.folder, 'measured', service), path.join(this.folder, '.attribution'), { recursive: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(name: string, text: string, mode = 0o644): void {
    mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
    writeFileSync(path.join(this.folder, name), text, { mode });
  }

  #script(name: string, first: string, main: string): void {
    this.#write(`bin/${name}`, `#!/bin/sh\n${first}\nexec "${process.execPath}" "${main}" "$@"\n`, 0o755);
  }

  #link(): void {
    const from = path.join(root, 'node_modules');
    const to = path.join(this.folder, 'node_modules');
    mkdirSync(path.join(to, 'otel-attribution'), { recursive: true });
    for (const name of readdirSync(from)) symlinkSync(path.join(from, name), path.join(to, name));
    symlinkSync(path.join(root, 'src'), path.join(to, 'otel-attribution/src'));
    const exported = { '.': './src/index.ts', './register': './src/register.ts' };
    const subpaths = {
      './exporters/duckdb': './src/stores/duckdb/index.ts',
      './exporters/kusto': './src/exporters/kusto/index.ts',
    };
    this.#write(
      'node_modules/otel-attribution/package.json',
      JSON.stringify({ name: 'otel-attribution', type: 'module', exports: { ...exported, ...subpaths } }),
    );
  }

  #run(command: string, args: readonly string[], more: NodeJS.ProcessEnv): Promise<Outcome> {
    const child = spawn(command, [...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${this.folder}/bin:${path.dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: this.folder,
        TMPDIR: this.folder,
        TZ: 'UTC',
        COLUMNS: String(WIDTH),
        NO_COLOR: '1',
        NODE_OPTIONS: `--import=${pathToFileURL(path.join(this.folder, 'clock.js'))}`,
        OTEL_ATTRIBUTION_EXIT_TABLE: 'true',
        ...more,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output: output.replaceAll(this.folder, '/srv/shop') }));
    });
  }
}
