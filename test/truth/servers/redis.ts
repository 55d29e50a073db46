/** redis-server, watched over MONITOR: the server prints every command of every client. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cause, findToken, NO_SPAN } from '../token.ts';
import { Daemon, findProgram, freePort, listening, temporaryDirectory } from './process.ts';

export interface RedisServer {
  readonly port: number;
  stop(): Promise<void>;
}

// Commands run by a script are the server's own: `[0 lua]`. They are part of the EVALSHA the client sent.
const HANDSHAKE = /\] "(?:hello|info|client|command|select|monitor)"/i;
const CLIENT_COMMAND = /^\+?\d+\.\d+ \[\d+ (?!lua)/;

/** Cause of a MONITOR line; commands without a token belong to `otherwise`, where they are counted at all. */
function causeOf(line: string, otherwise: string | undefined): Cause | undefined {
  if (!CLIENT_COMMAND.test(line)) return undefined;
  const cause = findToken(line);
  if (cause !== undefined || otherwise === undefined || HANDSHAKE.test(line)) return cause;
  return { service: otherwise, originService: otherwise, origin: NO_SPAN };
}

function monitor(port: number, count: (cause: Cause) => void, otherwise: string | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let rest = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('MONITOR\r\n'));
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line === '+OK') resolve(socket);
        const cause = causeOf(line, otherwise);
        if (cause !== undefined) count(cause);
      }
    });
  });
}

/** `otherwise`: the service whose commands without a token are counted too, as work that has no span. */
export async function startRedis(
  count: (cause: Cause) => void,
  otherwise?: string,
  options: readonly string[] = [],
): Promise<RedisServer> {
  const program = findProgram('redis-server', 'valkey-server');
  if (program === undefined) throw new Error('redis-server is not installed');
  const directory = temporaryDirectory('redis');
  const port = await freePort();
  const daemon = new Daemon(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options],
    directory,
  );
  await listening(port, daemon.child, 'redis-server');
  const watching = await monitor(port, count, otherwise);
  return {
    port,
    async stop() {
      watching.removeAllListeners('error').on('error', () => {});
      watching.destroy();
      await daemon.stop();
    },
  };
}

/** A cluster of one node that serves all slots: its clients speak to it as to any other cluster. */
export async function startRedisCluster(count: (cause: Cause) => void): Promise<RedisServer> {
  const options = [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--cluster-port',
    String(await freePort()),
  ];
  const server = await startRedis(count, undefined, options);
  try {
    await command(server.port, 'CLUSTER ADDSLOTSRANGE 0 16383');
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((await command(server.port, 'CLUSTER INFO')).includes('cluster_state:ok')) return server;
      await sleep(100);
    }
    throw new Error('the cluster of redis-server was not ready within 10 s');
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function command(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${text}\r\n`));
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('data', (answer: string) => {
      socket.destroy();
      if (answer.startsWith('-')) reject(new Error(`${text}: ${answer.trim()}`));
      else resolve(answer);
    });
  });
}
