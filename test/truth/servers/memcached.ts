/** memcached, behind a wire that reads the commands of the text protocol as they pass. */
import { connect, createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { type Cause, findToken } from '../token.ts';
import { Daemon, findProgram, freePort, listening, temporaryDirectory } from './process.ts';

/** A line that begins with a verb; the value that follows a `set` is a line of its own, without a token. */
const COMMAND = /^(?:get|gets|set|add|replace|append|prepend|cas|incr|decr|delete|touch) /;

export async function startMemcached(count: (cause: Cause) => void): Promise<{ port: number; stop(): Promise<void> }> {
  const program = findProgram('memcached');
  if (program === undefined) throw new Error('memcached is not installed');
  const upstream = await freePort();
  const args = ['-l', '127.0.0.1', '-p', String(upstream), '-U', '0', '-m', '16', '-u', userInfo().username];
  const daemon = new Daemon(program, args, temporaryDirectory('memcached'));
  await listening(upstream, daemon.child, 'memcached');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(upstream, '127.0.0.1');
    let rest = '';
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (chunk) => {
      target.write(chunk);
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const cause = COMMAND.test(line) ? findToken(line) : undefined;
        if (cause !== undefined) count(cause);
      }
    });
    target.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await daemon.stop();
    },
  };
}
