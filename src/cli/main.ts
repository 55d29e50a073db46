#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { forManagerOf } from '../config/package-manager.ts';
import { AttributionError } from '../core/errors.ts';
import { unsupportedNode } from '../core/node-version.ts';
import { commands } from './commands.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { addDirectoryOption } from './flags.ts';
import { say } from './output.ts';
import { version } from './version.ts';

/**
 * Loads only the command that is asked for: it starts fast, and one that cannot load (a missing peer, say) leaves the others alone.
 * Resolves with the exit code; the text went to the terminal.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const tooOld = unsupportedNode(process.versions.node);
  if (tooOld !== '') {
    say(`otel-attribution ${tooOld}`);
    return exitCodes.unavailable;
  }
  const program = new Command('otel-attribution')
    .description('Who causes the load on your databases, queues and APIs.')
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text) => say(text.trimEnd()) })
    .showHelpAfterError('(--help lists commands and options)');
  addDirectoryOption(program, process.env.OTEL_ATTRIBUTION_DIRECTORY || './.attribution');
  const asked = commandName(argv);
  const broken: string[] = [];
  for (const { name, load } of asked === undefined ? commands : commands.filter((c) => c.name === asked)) {
    try {
      (await load())(program);
    } catch (error) {
      if (asked !== undefined) return report(error);
      broken.push(`${name} (${message(error).split('\n')[0]})`);
    }
  }
  if (asked === undefined && broken.length > 0) program.addHelpText('after', `\nUnavailable: ${broken.join('; ')}`);
  try {
    if (asked === undefined && argv.length === 0) {
      program.outputHelp();
      return exitCodes.ok;
    }
    await program.parseAsync(argv as string[], { from: 'user' });
    // A command sets process.exitCode when its answer is "no".
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    return report(error);
  }
}

function commandName(argv: readonly string[]): string | undefined {
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === '-d' || arg === '--directory') i++;
    else if (!arg.startsWith('-') && arg !== 'help') return commands.some((c) => c.name === arg) ? arg : undefined;
  }
  return undefined;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  say(forManagerOf(process.cwd(), `otel-attribution: ${message(error)}`));
  if (process.env.OTEL_ATTRIBUTION_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  return exitCodeOf(error instanceof AttributionError ? error.code : undefined);
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// npm starts it through a link in node_modules/.bin.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // `| head` closes the pipe early: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure),
  );
  process.exitCode = await main(process.argv.slice(2));
}
