/**
 * The few lines a person at a terminal must see: what was started, what is missing and what to do. On standard error,
 * each once per process.
 */
import { dirname } from 'node:path';
import { writeQuietly } from '../../core/write-quietly.ts';
import { forManagerOf } from '../../engine/install-lines.ts';
import { mainScript } from '../../engine/main-script.ts';

const said = new Set<string>();
const REMEMBERED = 100;

export function say(message: string): void {
  if (said.has(message) || said.size >= REMEMBERED) return;
  said.add(message);
  try {
    writeQuietly(process.stderr, `otel-attribution: ${forManagerOf(applicationFolder(), message)}\n`);
  } catch {
    // Standard error is closed: there is nobody to tell.
  }
}

/** Where the application's package.json is looked for. */
function applicationFolder(): string {
  const main = mainScript();
  return main === undefined ? process.cwd() : dirname(main);
}
