import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

/**
 * Where the processes of this user put their sockets: only this user may enter. Undefined on Windows, and when somebody
 * else made a directory of that name.
 */
export function liveDirectory(make: boolean): string | undefined {
  if (process.platform === 'win32') return undefined;
  const { uid } = userInfo();
  const directory = path.join(tmpdir(), `otel-attribution-${uid}`);
  try {
    if (make) mkdirSync(directory, { mode: 0o700, recursive: true });
    const stat = lstatSync(directory);
    return stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0 ? directory : undefined;
  } catch {
    return undefined;
  }
}
