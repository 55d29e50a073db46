/** Why nothing shows up: every check, in the order in which one thing needs another. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_FILE } from '../../config/env.ts';
import { DEFAULT_DIRECTORY } from '../../config/options.ts';
import { upwards } from '../../config/package-manager.ts';
import { AttributionError } from '../../core/errors.ts';
import { validateAll } from '../../engine/options.ts';
import { type Project, readProject } from '../project/package-json.ts';
import { scanSources } from '../project/set-ups.ts';
import { checkDirectory } from './directory.ts';
import { checkEnvironment } from './environment.ts';
import { checkExporters } from './exporters.ts';
import { bad, type Finding } from './finding.ts';
import { checkInside } from './inside.ts';
import { checkInstrumentations } from './instrumentations.ts';
import { checkPackages } from './packages.ts';
import { checkProcesses } from './processes.ts';
import { checkQueues } from './queues.ts';
import { runCommand } from './run-command.ts';
import { checkStart } from './start.ts';
import { checkStore } from './store.ts';

export interface ExamineOptions {
  readonly project: string;
  /** The command that starts the application, to be run; [] to look at the start script only. */
  readonly command: readonly string[];
  /** How long the command is run. */
  readonly seconds: number;
  readonly directory?: string;
}

export interface Group {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** Looks at everything and changes nothing: what is wrong comes as a finding, not as an error. */
export async function examine({ project: folder, command, seconds, directory }: ExamineOptions): Promise<Group[]> {
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
    const start = {
      project,
      command,
      setUps,
      loaderHook,
      nodeOptions: process.env.NODE_OPTIONS ?? '',
      configNamed: Boolean(process.env[CONFIG_FILE]),
    };
    add('packages', checkPackages(project, setUps));
    add('instrumentations', await checkInstrumentations(project));
    add('queues', checkQueues(project, options.repair !== false));
    add('start', checkStart(start));
    add('environment', checkEnvironment(process.env, problems, setUps));
    if (command.length > 0) {
      const register = setUps.length === 0;
      const run = runCommand({ command, directory: project.directory, register, seconds });
      for (const { name, findings } of await run.then((ran) => checkInside(ran, project), notStarted))
        add(name, findings);
    }
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

function notStarted(error: Error): Group[] {
  return [
    { name: 'command', findings: [bad(`the command cannot be started: ${error.message}`, 'write it as in a shell')] },
  ];
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
