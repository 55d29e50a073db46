/** A connection that stays open keeps the command from ending: each is closed whatever goes wrong after it was made. */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { observe } from '../../../src/cli/coverage/observe.ts';
import { parseConnection } from '../../../src/observe/connection.ts';
import { connectMySql } from '../../../src/observe/mysql/connect.ts';
import { observePostgres } from '../../../src/observe/postgresql/lock-observer.ts';

test('of PostgreSQL, when it does not say what it is', async () => {
  const { port, closed } = await serverThat((socket) => {
    const message = (type: string, body: string): Buffer => {
      const bytes = Buffer.from(`${type}0000${body}`, 'latin1');
      bytes.writeInt32BE(bytes.length - 1, 1);
      return bytes;
    };
    const ready = message('Z', 'I');
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', '\0\0\0\0'), ready]));
      socket.on('data', (chunk) => {
        if (chunk[0] === 'Q'.charCodeAt(0))
          socket.write(Buffer.concat([message('E', 'SERROR\0C42704\0Mno such role\0\0'), ready]));
        else socket.end();
      });
    });
  });
  const opening = observePostgres(parseConnection(`postgresql://me@127.0.0.1:${port}/shop?sslmode=disable`, 'it'));
  await expect(opening).rejects.toMatchObject({
    code: 'ATTR_OBSERVE_FAILED',
    message: expect.stringContaining('no such role'),
  });
  await closed;
});

test('of MySQL, when it refuses the session; a variable that it does not know is no refusal', async () => {
  let refuses = false;
  const { port, closed } = await mySqlThat((text) =>
    text.includes('max_statement_time') ? 1193 : text.includes('READ ONLY') && refuses ? 1227 : 0,
  );
  const connection = parseConnection(`mysql://me@127.0.0.1:${port}/shop`, 'it');
  const client = await connectMySql(connection);
  await client.end();
  await closed();
  refuses = true;
  await expect(connectMySql(connection)).rejects.toMatchObject({ code: 'ATTR_OBSERVE_FAILED' });
  await closed();
});

test('of Redis, when the configuration of the observer is wrong', async () => {
  const { port, closed } = await serverThat((socket) => socket.on('data', () => socket.write('$0\r\n\r\n')));
  vi.stubEnv('OTEL_ATTRIBUTION_WINDOW_SECONDS', 'wrong');
  onTestFinished(() => void vi.unstubAllEnvs());
  const observing = observe(`redis://127.0.0.1:${port}`, { directory: 'unused', for: 1_000 });
  await expect(observing).rejects.toMatchObject({ code: 'ATTR_CONFIG_INVALID' });
  await closed;
});

async function serverThat(speaks: (socket: Socket) => void): Promise<{ port: number; closed: Promise<void> }> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).once('close', () => resolve());
    speaks(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, closed };
}

/** `errno` of the answer to a statement, 0 for none. */
async function mySqlThat(errno: (text: string) => number): Promise<{ port: number; closed(): Promise<void> }> {
  const { default: mysql } = await import('mysql2');
  let over = Promise.withResolvers<void>();
  // biome-ignore lint/suspicious/noExplicitAny: the types of the driver leave its server out.
  const server = (mysql as any).createServer((session: any) => {
    over = Promise.withResolvers<void>();
    session.on('error', () => {});
    session.stream.once('close', over.resolve);
    // This server takes SET for the begin of a prepared statement, where somebody listens to queries.
    session
      .on('query', () => {})
      .on('stmt_prepare', (text: string) => {
        const code = errno(text);
        if (code === 0) session.writeOk();
        else session.writeError({ code, message: `refused: ${text}` });
        session._resetSequenceId();
      });
    session.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.40',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff ^ 0x800,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: server._server.address().port, closed: () => over.promise };
}
