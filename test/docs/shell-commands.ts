/** What can be said of shell commands without running them: do the commands, flags, scripts and packages exist? */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { commands } from '../../src/cli/commands.ts';
import { addDirectoryOption } from '../../src/cli/flags.ts';
import { root } from './markdown.ts';

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const packages = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
const OURS = 'otel-attribution';

/** What a script writes into files by `<<'END'` is no command. */
const withoutHereDocuments = (script: string): string =>
  script.replaceAll(/<<-?(['"]?)(\w+)\1(.*\n)[\s\S]*?^\t*\2$/gm, '$3');

/** The words of each simple command. Knows quotes, comments and continued lines; redirections end a command. */
export function simpleCommands(text: string): string[][] {
  const script = withoutHereDocuments(text);
  const found: string[][] = [[]];
  const token =
    /\\\n|\s*(?<end>\n|&&|\|\|?|;|[0-9]*[<>]+&?[0-9]?\s*\S*)|(?<=^|\s)(?<comment>#[^\n]*)|(?<word>(?:'[^']*'|"[^"]*"|\$\([^)]*\)|[^\s;|&<>'"\\]|\\.|&(?!&))+)|\s+/gy;
  for (const { groups } of script.matchAll(token)) {
    if (groups?.end !== undefined) found.push([]);
    else if (groups?.word !== undefined) found.at(-1)!.push(groups.word.replaceAll(/^(['"])(.*)\1$/gs, '$2'));
  }
  return found.filter((words) => words.length > 0);
}

/** What is wrong with a script that is shown and not run; empty if nothing is. */
export async function problemsOf(script: string): Promise<string[]> {
  const problems: string[] = [];
  for (const words of simpleCommands(script)) {
    const at = words.indexOf(OURS);
    if (at >= 0 && !['i', 'install', 'add'].some((word) => words.includes(word)))
      problems.push(...(await usageProblems(words.slice(at + 1))));
    const npm = words.indexOf('npm');
    if (npm >= 0) problems.push(...npmProblems(words.slice(npm + 1)));
    for (const word of words)
      if (/^(\.\/)?(src|examples|test|tools|bench)\/.*\.[a-z]+$/.test(word) && !existsSync(path.join(root, word)))
        problems.push(`no file ${word}`);
  }
  return problems;
}

/**
 * Of code in a sentence: commands as in a script, and ours without our name (`load --by origin`). It may leave out
 * arguments; what it names has to exist. With `<placeholders>` or `…` in it nothing is said.
 */
export async function mentionProblems(code: string): Promise<string[]> {
  if (code === OURS || /[<…]/.test(code)) return [];
  const ours = commands.some(({ name }) => code.startsWith(`${name} -`) || code.startsWith(`${name} ls`));
  if (!ours && !/^([A-Z_]+=\S+ )*(npx|npm|node|otel-attribution) /.test(code)) return [];
  const problems = await problemsOf(ours ? `${OURS} ${code}` : code);
  return problems.filter((problem) => !/missing required argument|argument missing/.test(problem));
}

function npmProblems([command, ...rest]: readonly string[]): string[] {
  const names = rest.filter((word) => !word.startsWith('-'));
  if (command === 'run')
    return names.slice(0, 1).flatMap((name) => (name in manifest.scripts ? [] : [`no script ${name}`]));
  if (command !== 'i' && command !== 'install') return [];
  return names
    .map((name) => name.replace(/(?<=.)@.*$/, ''))
    .filter((name) => name !== OURS && !(name in packages))
    .map((name) => `package.json does not know ${name}`);
}

class Parsed extends Error {}

/** What the command line would say to these arguments. Nothing is done: the first hook before any action ends it. */
export async function usageProblems(args: readonly string[]): Promise<string[]> {
  const program = new Command(OURS).exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  program.version('0');
  addDirectoryOption(program, '.').hook('preAction', () => {
    throw new Parsed();
  });
  for (const { load } of commands) (await load())(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return [];
  } catch (error) {
    if (error instanceof Parsed || (error instanceof CommanderError && error.exitCode === 0)) return [];
    return [`${OURS} ${args.join(' ')}: ${error instanceof Error ? error.message : error}`];
  }
}

/** Of what the sources read; also names that are made of parts there. */
export function unknownVariables(text: string, sources: string): string[] {
  const named = [...text.matchAll(/\bOTEL_ATTRIBUTION_[A-Z_]*[A-Z]\b/g)].map(([name]) => name);
  return [...new Set(named)].filter((name) => !sources.includes(name));
}
