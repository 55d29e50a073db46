import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Where the processes of this user put their sockets: only this user may enter. Undefined on Windows, and when somebody
 * else made a directory of that name.
 */
export function liveDirectory(make: boolean): string | undefined {
  const directory = place();
  if (directory === undefined) return undefined;
  try {
    if (make) mkdirSync(directory, { mode: 0o700, recursive: true });
    return isOurs(directory) ? directory : undefined;
  } catch {
    return undefined;
  }
}

/** Why no process of this user can be looked at; '' where nothing is in the way. */
export function whyNoSockets(): string {
  const directory = place();
  if (directory === undefined) return 'top needs Unix sockets, which are not used on Windows.';
  try {
    if (isOurs(directory)) return '';
    return `${directory} belongs to another user, or others may enter it: remove it, and start the application again.`;
  } catch {
    // It is not there yet.
  }
  const parent = path.dirname(directory);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return '';
  } catch {
    return (
      `${parent} cannot be written, so that no process can be looked at: set TMPDIR to a place that can be written, ` +
      'the same for the application and for top.'
    );
  }
}

/** By the number of the user and not by `userInfo()`, which throws for one without a name, as containers have them. */
function place(): string | undefined {
  const uid = process.getuid?.();
  return uid === undefined ? undefined : path.join(tmpdir(), `otel-attribution-${uid}`);
}

/** @throws when it is not there. */
function isOurs(directory: string): boolean {
  const stat = lstatSync(directory);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}
