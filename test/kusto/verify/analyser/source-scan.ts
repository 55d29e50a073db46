import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../../../src/', import.meta.url));

/** Names of what begins a control command. */
const COMMAND =
  /['"`](\.(?:show|create|alter|drop|delete|rename|enable|disable|execute|get|set|append|ingest|clear|purge|move|replace|undo|cancel)\b[^'"`$]*)/g;

export interface Written {
  readonly file: string;
  /** What the command begins with: until its first value. */
  readonly prefix: string;
}

/** The beginnings of all control commands in the sources: each must be one of a text that was analysed. */
export function writtenCommands(): readonly Written[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    return [...text.matchAll(COMMAND)].map(([, prefix]) => ({ file, prefix: prefix!.trimEnd() }));
  });
}
