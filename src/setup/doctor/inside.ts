/** What a running application says of itself: which of its libraries were patched, and why not the others. */
import path from 'node:path';
import type { Inside, InsideInstrumentation } from '../../engine/inside.ts';
import { findInstalled } from '../project/installed.ts';
import { DRIVERS, FRAMEWORKS } from '../project/known-packages.ts';
import type { Project } from '../project/package-json.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';
import type { CommandRun } from './run-command.ts';

const EXTERNAL =
  "leave node_modules out of the bundle: esbuild --packages=external, externalsPresets: {node: true} and webpack-node-externals, rollup's external";

/** One group of findings for each process that ran JavaScript of the application. */
export function checkInside(run: CommandRun, project: Project): { name: string; findings: Finding[] }[] {
  const groups = run.processes.map((inside) => ({
    name: nameOf(inside, project),
    findings: processOf(inside, run, project),
  }));
  const command = commandFindings(run);
  return command.length === 0 ? groups : [{ name: 'command', findings: command }, ...groups];
}

function nameOf({ script, pid }: Inside, project: Project): string {
  const relative = path.relative(project.directory, script);
  const shown = script === '' ? 'node' : relative.startsWith('..') ? script : relative;
  return `inside ${shown} (process ${pid})`;
}

function commandFindings({ processes, code, seconds, errors }: CommandRun): Finding[] {
  if (code !== undefined && code !== 0) {
    const last = errors.match(/^(?:Uncaught )?\w*Error\b.*$/m)?.[0] ?? errors.trim().split('\n').at(-1) ?? '';
    return [
      bad(
        `the command ended with code ${code} after ${seconds} s${last === '' ? '' : `: ${last.trim().slice(0, 200)}`}`,
        'if it runs without attribution, OTEL_NODE_DISABLED_INSTRUMENTATIONS=<name> leaves out the instrumentation at fault',
      ),
    ];
  }
  if (processes.length > 0) return [];
  return [
    unsure(
      'no process of the command ran an application in Node.js',
      'give the command that starts it: otel-attribution doctor -- node app.js',
    ),
  ];
}

function processOf(inside: Inside, run: CommandRun, project: Project): Finding[] {
  const findings = [started(inside)];
  if (!inside.attributed) return [...findings, ...bundle(inside, project, [])];
  const seen = inside.instrumentations.flatMap((one) => ofInstrumentation(one, project));
  const known = [...FRAMEWORKS, ...DRIVERS].filter((name) => project.dependencies.has(name));
  const missing = known.filter((name) => isMissing(name, inside));
  return [...findings, ...seen, ...bundle(inside, project, missing), ...spans(inside, run)];
}

function started({ attributed }: Inside): Finding {
  if (attributed) return ok('attribution runs');
  return bad('attribution does not run in it', 'what it printed says why; see also the group start');
}

function ofInstrumentation(one: InsideInstrumentation, project: Project): Finding[] {
  const { name, module, state, detail } = one;
  if (state === 'idle') return [];
  const version = state === 'failed' ? '' : detail || (findInstalled(module, project.directory)?.version ?? '');
  const what = version === '' ? module : `${module} ${version}`;
  switch (state) {
    case 'patched':
      return [ok(`${what}: patched by ${name}`)];
    case 'unmarked':
      return [
        unsure(
          `${what}: the patch of ${name} ran, and nothing of it shows, as when it was loaded before`,
          'use it once, and look for its spans',
        ),
      ];
    case 'version':
      return [
        bad(
          `${what}: not patched, ${name} does not support this version`,
          `install one it supports, or a newer ${name}`,
        ),
      ];
    case 'failed':
      return [bad(`${what}: ${name} failed to patch it: ${detail}`, 'install another version of one of them')];
    case 'early':
      return [
        bad(
          `${what}: not patched, it was loaded before ${name} could`,
          'put --import otel-attribution/register before every other --import and --require; what a file imports beside it is too early as well',
        ),
      ];
  }
}

/** In package.json, patched by an instrumentation, and never loaded. */
function isMissing(name: string, { packages, instrumentations }: Inside): boolean {
  if (packages.includes(name)) return false;
  return instrumentations.some(({ modules, state }) => modules.includes(name) && state === 'idle');
}

function bundle(inside: Inside, project: Project, missing: readonly string[]): Finding[] {
  const { bundled, listens, connected } = inside;
  if (bundled !== undefined) {
    const hidden = bundled.length === 0 ? missing : bundled.filter((name) => isLibrary(name, inside));
    if (hidden.length > 0) {
      return [
        bad(
          `${hidden.join(', ')}: bundled into ${shown(inside, project)}, out of reach of every instrumentation`,
          EXTERNAL,
        ),
      ];
    }
    return [
      unsure(`${shown(inside, project)} is a bundle; what is in it is out of reach of every instrumentation`, EXTERNAL),
    ];
  }
  if (missing.length === 0) return [];
  const text = `${missing.join(', ')}: in package.json, and not loaded`;
  if (listens || connected)
    return [unsure(`${text}, although the process is at work: bundled, or not used yet`, EXTERNAL)];
  return [unsure(`${text} while it ran`, 'run it longer: otel-attribution doctor --for 1m -- <command>')];
}

const shown = ({ script }: Inside, project: Project): string => path.relative(project.directory, script) || script;

const isLibrary = (name: string, { instrumentations }: Inside): boolean =>
  FRAMEWORKS.includes(name) || DRIVERS.includes(name) || instrumentations.some(({ modules }) => modules.includes(name));

function spans({ spans: count }: Inside, { seconds }: CommandRun): Finding[] {
  if (count > 0) return [ok(`${count} ${count === 1 ? 'span' : 'spans'} seen in ${seconds} s`)];
  return [
    unsure(
      `no span in ${seconds} s`,
      'send a request while it runs; for more time: otel-attribution doctor --for 1m -- <command>',
    ),
  ];
}
