/** Which process has which end of a connection, as Linux tells it of processes of the same user. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The local ports that each process has open towards `serverPort`; undefined where that cannot be told. */
export function clientPorts(pids: readonly number[], serverPort: number): Map<number, ReadonlySet<number>> | undefined {
  if (process.platform !== 'linux') return undefined;
  const ports = new Map<number, ReadonlySet<number>>();
  for (const pid of pids) {
    const own = portsOf(pid, serverPort);
    if (own !== undefined) ports.set(pid, own);
  }
  return ports;
}

function portsOf(pid: number, serverPort: number): ReadonlySet<number> | undefined {
  try {
    const inodes = socketsOf(pid);
    const ports = new Set<number>();
    for (const table of ['tcp', 'tcp6']) {
      for (const line of readTable(pid, table)) {
        // Number, local address, remote address, state, ... inode as the tenth word.
        const words = line.trim().split(/\s+/);
        const inode = words[9];
        if (inode === undefined || !inodes.has(inode) || portIn(words[2]) !== serverPort) continue;
        ports.add(portIn(words[1]));
      }
    }
    return ports;
  } catch {
    // It has ended meanwhile, or may not be looked at.
    return undefined;
  }
}

function socketsOf(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`;
  const inodes = new Set<string>();
  for (const fd of readdirSync(folder)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // Closed meanwhile.
    }
  }
  return inodes;
}

/** Of the network that the process is in: in a container that is not ours. */
function readTable(pid: number, table: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}

const portIn = (address: string | undefined): number => Number.parseInt(address?.split(':')[1] ?? '', 16);
