import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../../../src/', import.meta.url));

/** A string or template that begins as a control command does. */
const COMMAND =
  /(['"`])(\.(?:show|create|alter|drop|delete|rename|enable|disable|execute|get|set|append|ingest|clear|purge|move|undo|cancel)[\s-](?:\\[\s\S]|(?!\1)[^\\])*)\1/g;

export interface Written {
  readonly file: string;
  readonly literal: string;
  /** The command itself, where nothing of it varies. */
  readonly whole: boolean;
  /** What the texts made from it look like. */
  readonly pattern: RegExp;
}

/** Every control command in the sources: each must be a text that was analysed, so that none is added beside the gate. */
export function writtenCommands(): readonly Written[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    return [...text.matchAll(COMMAND)].map(([, , raw]) => {
      const literal = raw!.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1');
      const fixed = literal.split(/\$\{[^}]*\}/);
      const pattern = fixed.map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\s\\S]*');
      return { file, literal, whole: fixed.length === 1, pattern: new RegExp(`^${pattern}$`) };
    });
  });
}
