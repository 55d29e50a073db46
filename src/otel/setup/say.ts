/**
 * The few lines a person at a terminal must see: what was started, what is missing and what to do. On standard error,
 * each once per process.
 */
const said = new Set<string>();
const REMEMBERED = 100;

export function say(message: string): void {
  if (said.has(message) || said.size >= REMEMBERED) return;
  said.add(message);
  try {
    process.stderr.write(`otel-attribution: ${message}\n`);
  } catch {
    // Standard error is closed: there is nobody to tell.
  }
}
