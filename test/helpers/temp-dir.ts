import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory of this test, removed when it ends. Its name holds what globs and SQL literals trip over. */
export function tempDir(): string {
  const directory = mkdtempSync(join(tmpdir(), "attr [a-z] it's * "));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Collects what is logged; `debug` apart. */
export function testLogger() {
  const lines: string[] = [];
  const details: string[] = [];
  const push = (message: string): void => void lines.push(message);
  return {
    lines,
    details,
    debug: (message: string): void => void details.push(message),
    info: push,
    warn: push,
    error: push,
  };
}
