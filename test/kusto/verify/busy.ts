/** Processes that take all the computing time they get: what holds beside eight of them does not depend on a quiet machine. */
import { spawn } from 'node:child_process';

/** Each ends with this process, however that ends. */
const LOOP =
  'const parent = process.ppid; for (let i = 0; ; i++) if (i % 1e8 === 0 && process.ppid !== parent) process.exit();';

/** Returns what ends them. */
export function startBusy(count: number): () => void {
  const all = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' });
    child.unref();
    return child;
  });
  const stop = (): void => {
    for (const child of all) child.kill('SIGKILL');
  };
  process.once('exit', stop);
  return () => {
    process.off('exit', stop);
    stop();
  };
}
