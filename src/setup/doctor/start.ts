/** The command that starts the application: the flag, the loader hook, and only one OpenTelemetry set-up. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_FILE } from '../../config/env.ts';
import { CONFIG_NAME } from '../init/plan.ts';
import type { Project } from '../project/package-json.ts';
import type { SetUp } from '../project/set-ups.ts';
import { REGISTER, startScript } from '../project/start-script.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';
import { startMistakes } from './start-mistakes.ts';

export interface StartFacts {
  readonly project: Project;
  /** [] for the start script. */
  readonly command: readonly string[];
  readonly setUps: readonly SetUp[];
  /** A source file installs the loader hook. */
  readonly loaderHook: boolean;
  readonly nodeOptions: string;
  /** The environment names a configuration file. */
  readonly configNamed: boolean;
}

const FLAG = `--import ${REGISTER}`;

export function checkStart(facts: StartFacts): Finding[] {
  const { project, setUps } = facts;
  const script = startScript(project);
  const given = facts.command.join(' ');
  const command = given || script?.command || '';
  const name = given === '' ? `script ${script?.name}` : 'the command';
  const everything = `${command} ${facts.nodeOptions}`;
  const flag = everything.includes(REGISTER);
  const plugged = setUps.filter(({ attributed }) => attributed);
  const own = setUps.filter(({ attributed }) => !attributed);

  const mistakes = startMistakes(command);
  const findings: Finding[] = [...bundler(project)];
  if (command === '') {
    findings.push(unsure('there is no start script to look at', 'otel-attribution doctor -- node app.js'));
  } else if (mistakes.length > 0) {
    findings.push(...mistakes);
  } else if (!flag && setUps.length === 0) {
    findings.push(bad(`${name} does not start attribution: ${command}`, fixOf(command, script?.withFlag, given)));
  } else if (flag) {
    findings.push(ok(`${name} loads ${REGISTER} first`));
  }
  findings.push(...order(command), ...unreadConfig(facts, command));
  if (flag) findings.push(...own.map(twoSetUps));
  else if (plugged.length > 0)
    findings.push(...plugged.map(({ file, line, kind }) => ok(`${file}:${line} plugs attribution into ${kind}`)));
  else findings.push(...own.map(notPlugged));
  if (!flag && setUps.length > 0 && isModule(project, command)) findings.push(hook(facts, everything));
  return findings;
}

function fixOf(command: string, withFlag: string | undefined, given: string): string {
  if (given === '')
    return withFlag === undefined
      ? `NODE_OPTIONS="${FLAG}" ${command}`
      : `otel-attribution init --write makes it: ${withFlag}`;
  return /\bnode\b/.test(command) ? command.replace(/\bnode\b/, `node ${FLAG}`) : `NODE_OPTIONS="${FLAG}" ${command}`;
}

/** The file that `init` writes, and that is read only where it is named. */
function unreadConfig({ project, configNamed }: StartFacts, command: string): Finding[] {
  if (configNamed || command.includes(CONFIG_FILE)) return [];
  if (!existsSync(path.join(project.directory, CONFIG_NAME))) return [];
  return [
    unsure(`${CONFIG_NAME} is there, and nothing names it, so nothing reads it`, `${CONFIG_FILE}=${CONFIG_NAME}`),
  ];
}

/** What is loaded before the flag is not patched. */
function order(command: string): Finding[] {
  const at = command.indexOf(REGISTER);
  if (at === -1) return [];
  const before = command.slice(0, command.lastIndexOf('--', at));
  if (!/\s(--import|--require|-r)[\s=]/.test(before)) return [];
  return [
    unsure(
      `something is loaded before ${REGISTER}; what it loads stays unpatched`,
      `put ${FLAG} before every other --import and --require`,
    ),
  ];
}

function twoSetUps({ file, line, kind }: SetUp): Finding {
  return bad(
    `${file}:${line} sets up OpenTelemetry (${kind}) itself, and only one set-up gets the spans`,
    kind === 'nodesdk'
      ? `put withAttribution(...) around its configuration, and leave out ${FLAG}`
      : `add AttributionSpanProcessor there (otel-attribution init shows how), and leave out ${FLAG}`,
  );
}

function notPlugged({ file, line, kind }: SetUp): Finding {
  return bad(
    `${file}:${line} sets up OpenTelemetry (${kind}) without attribution`,
    'otel-attribution init shows the line to change',
  );
}

function isModule(project: Project, command: string): boolean {
  return /\.m[jt]s\b/.test(command) || (project.module && !/\.c[jt]s\b/.test(command));
}

function hook({ loaderHook }: StartFacts, everything: string): Finding {
  if (loaderHook || /opentelemetry\/instrumentation\/hook|import-in-the-middle|experimental-loader/.test(everything)) {
    return ok('the loader hook for ES modules is installed');
  }
  return bad(
    'the application is ES modules, and the loader hook is missing, so what it imports stays unpatched',
    "in a file for --import: import { register } from 'node:module'; register('@opentelemetry/instrumentation/hook.mjs', import.meta.url), and set up OpenTelemetry there",
  );
}

function bundler(project: Project): Finding[] {
  const found = [...project.scripts].find(([, command]) =>
    /\bncc build\b|\besbuild\b.*--bundle|\bwebpack\b|\btsup\b|\brollup\b/.test(command),
  );
  if (found === undefined) return [];
  const [name, command] = found;
  return [
    unsure(
      `script ${name} bundles (${command.slice(0, 80)}): bundled drivers are hidden from the instrumentations`,
      'mark drivers and frameworks as external',
    ),
  ];
}
