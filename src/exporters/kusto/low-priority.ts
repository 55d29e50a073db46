import fs from 'node:fs';
import os from 'node:os';

/**
 * Where cores are few, a busy thread takes time from the host's event loop. On Linux each thread has a priority of its own: this one gets
 * what the host leaves over. Elsewhere, and where it is not permitted, nothing changes.
 */
export function lowerThisThread(): void {
  if (process.platform !== 'linux') return;
  try {
    // `<process>/task/<thread>`
    const thread = Number(fs.readlinkSync('/proc/thread-self').split('/').at(-1));
    os.setPriority(thread, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // No /proc: it stays as it is.
  }
}
