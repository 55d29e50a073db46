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

/** Collects what is logged. */
export function testLogger() {
  const lines: string[] = [];
  const push = (message: string): void => void lines.push(message);
  return { lines, debug() {}, info: push, warn: push, error: push };
}
