/** A standard stream of the process, as far as it is needed here. */
interface Terminal {
  write(text: string, done: (error?: Error | null) => void): unknown;
  listenerCount(event: 'error'): number;
  once(event: 'error', listener: () => void): unknown;
}

/**
 * Writes to a standard stream as `console.error` does: where its reader has gone (EPIPE), the text is lost, and not the
 * application, which an `error` that nobody listens to would end.
 */
export function writeQuietly(terminal: Terminal, text: string): void {
  terminal.write(text, (error) => {
    // Called before the stream emits it.
    if (error && terminal.listenerCount('error') === 0) terminal.once('error', () => {});
  });
}
