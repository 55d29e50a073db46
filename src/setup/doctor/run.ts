import { existsSync } from 'node:fs';
import path from 'node:path';
import { exitCodes } from '../../cli/exit-codes.ts';
import { colours } from '../../cli/output.ts';
import { DEFAULT_DIRECTORY } from '../../config/options.ts';
import { AttributionError } from '../../core/errors.ts';
import { validateAll } from '../../engine/options.ts';
import { type Project, readProject, upwards } from '../project/package-json.ts';
import { scanSources } from '../project/set-ups.ts';
import { checkDirectory } from './directory.ts';
import { checkEnvironment } from './environment.ts';
import { checkExporters } from './exporters.ts';
import { bad, type Finding, type Status } from './finding.ts';
import { checkInstrumentations } from './instrumentations.ts';
import { checkPackages } from './packages.ts';
import { checkProcesses } from './processes.ts';
import { checkStart } from './start.ts';
import { checkStore } from './store.ts';

export interface DoctorOptions {
  readonly project: string;
  /** The command that starts the application; [] for the start script. */
  readonly command: readonly string[];
  readonly directory?: string;
  readonly json: boolean;
}

interface Group {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** Prints what it found; exit code 1 when something is in the way. Changes nothing. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const groups = await examine(options);
  const problems = groups.flatMap(({ findings }) => findings).filter(({ status }) => status === 'bad').length;
  if (problems > 0) process.exitCode = exitCodes.failure;
  if (options.json) {
    const checks = groups.flatMap(({ name, findings }) => findings.map((finding) => ({ group: name, ...finding })));
    process.stdout.write(`${JSON.stringify({ ok: problems === 0, problems, checks }, null, 2)}\n`);
  } else {
    process.stdout.write(`${text(groups, problems)}\n`);
  }
}

async function examine({ project: folder, command, directory }: DoctorOptions): Promise<Group[]> {
  const { options, problems } = validateAll(undefined, process.env);
  const project = projectIn(folder);
  const groups: Group[] = [];
  const add = (name: string, findings: readonly Finding[]): void => {
    if (findings.length > 0) groups.push({ name, findings });
  };
  if (project instanceof AttributionError)
    add('project', [bad(project.message, 'otel-attribution doctor --project <folder>')]);
  else {
    const { setUps, loaderHook } = scanSources(project.directory);
    const start = { project, command, setUps, loaderHook, nodeOptions: process.env.NODE_OPTIONS ?? '' };
    add('packages', checkPackages(project, setUps));
    add('instrumentations', await checkInstrumentations(project));
    add('start', checkStart(start));
    add('environment', checkEnvironment(process.env, problems, setUps));
  }
  if (project instanceof AttributionError) add('environment', checkEnvironment(process.env, problems, []));
  for (const [name, findings] of await checkExporters(options)) add(name, findings);
  add('processes', await checkProcesses());
  // What the configuration says is meant from where the application starts; -d from where we are.
  const parts = path.resolve(directory ?? path.resolve(folder, options.directory ?? DEFAULT_DIRECTORY));
  const production = process.env.NODE_ENV === 'production' && options.directory === undefined;
  add('directory', checkDirectory(parts, { ...options, production }, Date.now()));
  add('store', await checkStore(parts));
  return groups;
}

/** The nearest package.json on the way up, as npm finds it. */
function projectIn(folder: string): Project | AttributionError {
  try {
    return readProject(upwards(folder).find((at) => existsSync(path.join(at, 'package.json'))) ?? folder);
  } catch (error) {
    if (error instanceof AttributionError) return error;
    throw error;
  }
}

function text(groups: readonly Group[], problems: number): string {
  const { bold, dim, green, red, yellow } = colours();
  const marks: Readonly<Record<Status, string>> = { ok: green('✓'), unsure: yellow('!'), bad: red('✗') };
  const lines: string[] = [];
  for (const { name, findings } of groups) {
    lines.push(bold(name));
    for (const { status, text: what, fix } of findings) {
      lines.push(`  ${marks[status]} ${what}`);
      if (fix !== '') lines.push(`    ${dim('→')} ${fix}`);
    }
  }
  const last =
    problems === 0 ? 'Nothing is in the way.' : `${problems} ${problems === 1 ? 'thing is' : 'things are'} in the way.`;
  return [...lines, '', bold(last)].join('\n');
}
