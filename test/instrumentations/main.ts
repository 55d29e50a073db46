/**
 * Instrumentations: every one of `@opentelemetry/auto-instrumentations-node`, its library loaded by `require`, by named
 * and by default import, in an application with our flag. Nothing may break, and what is patched is looked at.
 *
 *   node test/instrumentations/main.ts [--json] [--only <part of a name>]
 *
 * Exit code 1 when an application crashed that runs without the flag, when a version that an instrumentation supports
 * is not patched, or, with REQUIRE_ALL=1, when the libraries are not installed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findInstalled } from '../../src/setup/project/installed.ts';
import { satisfies } from '../../src/setup/project/semver.ts';
import { installDirectory, whyNotInstalled } from '../installs/install.ts';
import { KINDS, prepare, runChild } from './child.ts';
import { type How, LOOKS, NO_DEFAULT, NO_NAMES, WITHOUT_LIBRARY } from './looks.ts';

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

/** Applications at a time: a small machine has two cores, and much of the time they wait. */
const PARALLEL = 3;

interface Entry {
  readonly package: string;
  readonly how: How;
  readonly reason: string;
  /** The instrumentation does not claim the version that is installed. */
  readonly unsupported?: true;
}

interface Answer {
  readonly packages: number;
  readonly crashed: number;
  readonly patched: number;
  readonly notPatched: readonly Entry[];
  readonly crashes: readonly Entry[];
  /** Ways to load that a library does not offer. */
  readonly absent: readonly Entry[];
  readonly withoutLibrary: Readonly<Record<string, string>>;
  readonly skipped?: string;
}

const PREFIX = '@opentelemetry/instrumentation-';

interface Instrumentation {
  readonly instrumentationName: string;
  readonly _modules?: { readonly name: string; readonly supportedVersions: readonly string[] }[];
}

/** All of them, those included that are off by default; none is switched on in this process. */
function instrumentations(): Map<string, Instrumentation> {
  const package_ = createRequire(import.meta.url)('@opentelemetry/auto-instrumentations-node');
  const off = ['fs', 'host-metrics'].map((name) => [`${PREFIX}${name}`, { enabled: true }]);
  const all: Instrumentation[] = package_.getNodeAutoInstrumentations(Object.fromEntries(off));
  for (const one of all) (one as unknown as { disable(): void }).disable();
  return new Map(all.map((one) => [one.instrumentationName.slice(PREFIX.length), one]));
}

/** Where no version that fits is installed, there is nothing to patch. */
function unsupported(name: string, { _modules = [] }: Instrumentation): string {
  const { library, from = 'instrumentations' } = LOOKS[name]!;
  const ranges = _modules.filter((module) => module.name === library).flatMap((module) => module.supportedVersions);
  const directory = from === 'repository' ? process.cwd() : installDirectory('instrumentations');
  const version = findInstalled(library, directory)?.version;
  if (version === undefined || ranges.length === 0 || name === 'redis') return '';
  if (ranges.some((range) => satisfies(version, range) !== false)) return '';
  return `${PREFIX}${name} supports ${library} ${ranges.join(' or ')}; ${version} is installed`;
}

async function check(): Promise<Answer> {
  const all = instrumentations();
  const names = [...all.keys()].filter((name) => name.includes(flags.only));
  const unknown = names.filter((name) => !(name in LOOKS) && !(name in WITHOUT_LIBRARY));
  if (unknown.length > 0)
    throw new Error(`no look for ${unknown.join(', ')}: add it to test/instrumentations/looks.ts`);
  const crashes: Entry[] = [];
  const notPatched: Entry[] = [];
  const absent: Entry[] = [];
  let patched = 0;
  const directory = mkdtempSync(join(tmpdir(), 'instrumentations-'));
  try {
    prepare(directory);
    const queue = names.filter((name) => name in LOOKS).flatMap((name) => KINDS.map((kind) => [name, kind] as const));
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [name, kind] = next;
        for (const { how, crashed, reason } of await runChild(directory, name, kind)) {
          process.stderr.write(`${name} by ${how}: ${crashed ? `CRASHED ${reason}` : reason || 'patched'}\n`);
          const entry = (why: string): Entry => ({ package: PREFIX + name, how, reason: why });
          const missing = reason === NO_DEFAULT || reason === NO_NAMES ? reason : LOOKS[name]!.absent?.[how];
          if (crashed) crashes.push(entry(reason));
          else if (missing !== undefined) absent.push(entry(missing));
          else if (reason === '') patched++;
          else {
            const version = unsupported(name, all.get(name)!);
            notPatched.push({ ...entry(version || reason), ...(version !== '' && { unsupported: true }) });
          }
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const withoutLibrary = Object.fromEntries(Object.entries(WITHOUT_LIBRARY).filter(([name]) => names.includes(name)));
  return { packages: names.length, crashed: crashes.length, patched, notPatched, crashes, absent, withoutLibrary };
}

function tableOf(answer: Answer): string {
  const lines = [`${answer.packages} packages, ${answer.crashed} crashed, ${answer.patched} ways patched`];
  for (const [title, entries] of [
    ['crashed', answer.crashes],
    ['not patched', answer.notPatched],
    ['not offered by the library', answer.absent],
  ] as const) {
    for (const { package: name, how, reason } of entries) lines.push(`  ${title}: ${name} by ${how}: ${reason}`);
  }
  for (const [name, reason] of Object.entries(answer.withoutLibrary)) lines.push(`  no library: ${name}: ${reason}`);
  return `${lines.join('\n')}\n`;
}

const begin = Date.now();
const missing = whyNotInstalled('instrumentations');
const none = { packages: 0, crashed: 0, patched: 0, notPatched: [], crashes: [], absent: [], withoutLibrary: {} };
const answer: Answer = missing === '' ? await check() : { ...none, skipped: missing };
process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : missing || tableOf(answer));
process.stderr.write(`${((Date.now() - begin) / 1000).toFixed(1)} s\n`);
const patched = answer.notPatched.every((entry) => entry.unsupported === true);
process.exit(answer.crashed === 0 && patched ? 0 : 1);
