/** The script that starts the application, and the flag in it. */
import type { Project } from './package-json.ts';

export const REGISTER = 'otel-attribution/register';
const FLAG = `--import ${REGISTER}`;
const CANDIDATES = ['start', 'start:prod', 'start:production', 'serve', 'dev'];

export interface StartScript {
  /** Name of the script. */
  readonly name: string;
  readonly command: string;
  /** The command with the flag; undefined when the command does not call node itself. */
  readonly withFlag: string | undefined;
  /** It has the flag already. */
  readonly hasFlag: boolean;
}

/** The first usual script that calls node itself, else the first usual one at all. */
export function startScript(project: Project): StartScript | undefined {
  const scripts = CANDIDATES.flatMap((name) => {
    const command = project.scripts.get(name);
    return command === undefined ? [] : [toStart(name, command)];
  });
  return scripts.find(({ withFlag, hasFlag }) => hasFlag || withFlag !== undefined) ?? scripts[0];
}

function toStart(name: string, command: string): StartScript {
  const hasFlag = command.includes(REGISTER);
  return { name, command, hasFlag, withFlag: hasFlag ? undefined : addFlag(command) };
}

/** `node` or `tsx` where a command begins: at the start, after `&&`, `;`, `exec`, `cross-env` or assignments. */
const NODE =
  /(^|&&|;|\|\|)(\s*(?:(?:exec|cross-env|env)\s+)*)(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S*)\s+)*(?:node|tsx(?:\s+watch)?)(?=\s)/g;

/**
 * The flag goes to the last node call: the ones before build or migrate. Undefined when there is none.
 * `variables`: assignments that go before it, which only the shells of Unix and cross-env understand.
 */
export function addFlag(command: string, variables = ''): string | undefined {
  const last = [...command.matchAll(NODE)].at(-1);
  if (last === undefined) return undefined;
  const at = last.index + last[0].length;
  // A set-up that `init` replaces: both at once would start two SDKs.
  const rest = command
    .slice(at)
    .replace(/\s+(?:--require|-r|--import)(?:\s+|=)@opentelemetry\/auto-instrumentations-node\/register(?=\s)/g, '');
  const [words, separator = '', runners = ''] = last;
  // In front of all of it, `exec` included; cross-env takes assignments after itself.
  const inFront = separator.length + /^\s*/.exec(words.slice(separator.length))![0].length;
  const start = last.index + (/\bcross-env\b/.test(runners) ? separator.length + runners.length : inFront);
  const assigned = variables === '' ? '' : `${variables} `;
  return `${command.slice(0, start)}${assigned}${command.slice(start, at)} ${FLAG}${rest}`;
}

/** Same for commands that start node in some other way. */
export function viaNodeOptions(command: string, variables = ''): string {
  return `${variables === '' ? '' : `${variables} `}NODE_OPTIONS="${FLAG}" ${command}`;
}

/**
 * The text of package.json with one script changed and nothing else, whatever its form.
 * Undefined when the script cannot be found in the text without doubt.
 */
export function editScript(text: string, name: string, from: string, to: string): string | undefined {
  const json = JSON.parse(text.replace(/^\uFEFF/, '')) as { scripts: Record<string, string> };
  const wanted = JSON.stringify({ ...json, scripts: { ...json.scripts, [name]: to } });
  const literal = JSON.stringify(from);
  const key = JSON.stringify(name);
  for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1)) {
    const gap = /^\s*:\s*/.exec(text.slice(at + key.length))?.[0];
    if (gap === undefined) continue;
    const start = at + key.length + gap.length;
    if (!text.startsWith(literal, start)) continue;
    const edited = text.slice(0, start) + JSON.stringify(to) + text.slice(start + literal.length);
    if (JSON.stringify(JSON.parse(edited.replace(/^\uFEFF/, ''))) === wanted) return edited;
  }
  return undefined;
}
