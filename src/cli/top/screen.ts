/** A terminal taken over for a while: the alternate screen, without cursor, given back however we end. */
import type { ReadStream, WriteStream } from 'node:tty';

export interface Screen {
  readonly rows: number;
  /** Shows `text` from the top, without flicker. */
  draw(text: string): void;
  /** Resolves when the user asks to leave: q, Ctrl-C, SIGINT, SIGTERM, or the terminal goes away. */
  readonly left: Promise<void>;
  /** Gives the terminal back. Idempotent. */
  close(): void;
}

export function openScreen(output: WriteStream = process.stdout, input: ReadStream = process.stdin): Screen {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const raw = input.isTTY === true;
  let closed = false;
  const onKey = (key: Buffer): void => {
    // In raw mode Ctrl-C is a key like any other.
    if (key.includes(3) || key.includes(4) || /^q/i.test(key.toString('latin1'))) leave();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const signal of signals) process.removeListener(signal, leave);
    process.removeListener('exit', close);
    if (raw) {
      input.removeListener('data', onKey);
      input.removeListener('end', leave);
      input.setRawMode(false);
      input.pause();
    }
    output.write('\u001b[?25h\u001b[?1049l');
  };
  for (const signal of signals) process.once(signal, leave);
  process.once('exit', close);
  if (raw) {
    input.setRawMode(true);
    input.on('data', onKey);
    input.once('end', leave);
  }
  output.write('\u001b[?1049h\u001b[?25l');
  return {
    get rows() {
      return output.rows || 24;
    },
    draw(text) {
      if (closed) return;
      const lines = text.split('\n').map((line) => cut(line, output.columns || 80));
      output.write(`\u001b[H${lines.join('\u001b[K\r\n')}\u001b[K\u001b[J`);
    },
    left,
    close,
  };
}

/** Without wrapping: a line that wraps would push the first one off the screen. Escape sequences take no room. */
function cut(line: string, columns: number): string {
  let width = 0;
  let at = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with this character.
  for (const [piece] of line.matchAll(/\u001b\[\d*m|./gsu)) {
    if (!piece.startsWith('\u001b') && ++width > columns) return `${line.slice(0, at)}\u001b[0m`;
    at += piece.length;
  }
  return line;
}
