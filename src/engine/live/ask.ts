/** The processes of this user that serve what they are doing, and one answer of each. */
import { readdirSync, unlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { liveDirectory } from './directory.ts';
import type { LiveSnapshot } from './snapshot.ts';

export interface LiveSocket {
  readonly path: string;
  readonly pid: number;
  readonly thread: number;
}

/** `gone`: nobody listens any more. `silent`: no answer in time, or one that cannot be read. */
export type Answer = LiveSnapshot | 'gone' | 'silent';

/** Far above what 20,000 open spans make. */
const ANSWER_CHARS_MAX = 64 * 1024 * 1024;

/** Sockets in the live directory, oldest process id first; [] when there is no such directory. */
export function liveSockets(directory = liveDirectory(false), pid?: number): LiveSocket[] {
  if (directory === undefined) return [];
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const parts = /^(\d+)-(\d+)\.sock$/.exec(name);
      return parts === null
        ? []
        : [{ path: path.join(directory, name), pid: Number(parts[1]), thread: Number(parts[2]) }];
    })
    .filter((socket) => pid === undefined || socket.pid === pid)
    .sort((a, b) => a.pid - b.pid || a.thread - b.thread);
}

/** Never rejects. A socket whose process is gone is removed. */
export function askSocket(socket: LiveSocket, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: string[] = [];
    let chars = 0;
    const connection = createConnection(socket.path);
    const timer = setTimeout(() => finish('silent'), timeoutMs);
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      connection.destroy();
      resolve(answer);
    };
    connection.setEncoding('utf8');
    connection.on('data', (chunk: string) => {
      chunks.push(chunk);
      chars += chunk.length;
      if (chars > ANSWER_CHARS_MAX) finish('silent');
    });
    connection.on('end', () => finish(parseSnapshot(chunks.join(''))));
    connection.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') removeStale(socket);
      finish(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'gone' : 'silent');
    });
  });
}

/** Refused, and by no process or by a thread that was terminated: it could not remove its socket. */
function removeStale(socket: LiveSocket): void {
  if (socket.thread === 0 && isRunning(socket.pid)) return;
  try {
    unlinkSync(socket.path);
  } catch {
    // Somebody else was faster.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function parseSnapshot(text: string): Answer {
  try {
    const snapshot = JSON.parse(text) as Partial<LiveSnapshot>;
    return snapshot.v === 1 && Array.isArray(snapshot.inFlight) ? (snapshot as LiveSnapshot) : 'silent';
  } catch {
    return 'silent';
  }
}
