/** `.execute database script`: commands one after another; a command begins with a dot at the start of a line. */
import { randomUUID } from 'node:crypto';
import { ServiceError, syntaxError } from '../service-error.ts';
import { skipBrackets, skipLiteral } from '../text.ts';
import type { Row } from '../values.ts';
import { type Command, result } from './context.ts';

export const executeScript: Command = (scanner, context) => {
  const properties = scanner.properties();
  scanner.expect('<|');
  const goOn = properties.get('continueonerrors')?.toLowerCase() === 'true';
  const throws = properties.get('throwonerrors')?.toLowerCase() === 'true';
  const commands = splitScript(scanner.rest);
  if (commands.length === 0) throw syntaxError('SYN0002: the script has no command');
  const rows: Row[] = [];
  for (const command of commands) {
    const type = /^\.([\w-]+(?:\s+[\w-]+)?)/.exec(command)?.[1] ?? '';
    if (type.startsWith('show')) {
      rows.push([randomUUID(), type, command, 'Skipped', 'Read-only commands are not executed.']);
      continue;
    }
    try {
      context.execute(command);
      rows.push([randomUUID(), type, command, 'Completed', '']);
    } catch (error) {
      if (!(error instanceof ServiceError) || throws) throw error;
      rows.push([randomUUID(), type, command, 'Failed', error.details.detail]);
      if (!goOn) break;
    }
  }
  // Unless asked to throw, a command that fails does not fail the script: its row says so, and the rest is not run.
  return result('OperationId:guid, CommandType:string, CommandText:string, Result:string, Reason:string', rows);
};

/** The commands of a script, without the comments between them. */
export function splitScript(text: string): string[] {
  const starts: number[] = [];
  for (let i = 0, lineStart = true; i < text.length; ) {
    const skipped = skipLiteral(text, i);
    if (skipped > i) i = skipped;
    else if ('([{'.includes(text[i]!)) i = skipBrackets(text, i);
    else {
      if (text[i] === '.' && lineStart) starts.push(i);
      lineStart = text[i] === '\n' || (lineStart && /\s/.test(text[i]!));
      i += 1;
      continue;
    }
    lineStart = false;
  }
  return starts.map((start, i) => withoutTrailingComments(text.slice(start, starts[i + 1])));
}

function withoutTrailingComments(text: string): string {
  return text.replace(/(?:\n\s*(?:\/\/[^\n]*)?)*$/, '').trim();
}
