/** PostgreSQL when it is installed, PGlite (the same code as WebAssembly, in this process) otherwise. */

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { Daemon, findProgram, freePort, listening, run, temporaryDirectory } from './process.ts';

export interface SqlServer {
  readonly port: number;
  readonly kind: string;
  stop(): Promise<void>;
}

function binaries(): string | undefined {
  const onPath = findProgram('initdb');
  if (onPath !== undefined) return join(onPath, '..');
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((path) => existsSync(join(path, 'initdb')));
}

async function startPostgres(directory: string, bin: string, further: readonly string[]): Promise<SqlServer> {
  const port = await freePort();
  let command = (program: string, ...args: string[]): [string, string[]] => [join(bin, program), args];
  if (process.getuid?.() === 0) {
    // The server refuses to run as root; the Debian package brings a user for it.
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(directory, id('-u'), id('-g'));
    command = (program, ...args) => [
      'setpriv',
      ['--reuid=postgres', '--regid=postgres', '--clear-groups', join(bin, program), ...args],
    ];
  }
  const data = join(directory, 'data');
  run(
    ...command(
      'initdb',
      '-D',
      data,
      '-U',
      'truth',
      '-A',
      'trust',
      '-N',
      '--no-instructions',
      '-E',
      'UTF8',
      '--locale=C',
    ),
    directory,
  );
  const settings = [
    'fsync=off',
    'synchronous_commit=off',
    'max_connections=200',
    'shared_buffers=32MB',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    ...further,
  ];
  const daemon = new Daemon(
    ...command('postgres', '-D', data, '-p', String(port), ...settings.flatMap((s) => ['-c', s])),
    directory,
  );
  await listening(port, daemon.child, 'postgres');
  return { port, kind: 'PostgreSQL', stop: () => daemon.stop('SIGINT') };
}

async function startPglite(): Promise<SqlServer> {
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({ db, port: await freePort(), host: '127.0.0.1', maxConnections: 200 });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));
  return {
    port,
    kind: 'PGlite',
    async stop() {
      await server.stop();
      await db.close();
    },
  };
}

/** The one table, for the object-relational mappers. The port opens a little before the server answers. */
async function createTable(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'truth', database: 'postgres' });
    try {
      await client.connect();
      await client.query('create table items (id serial primary key, name text not null)');
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** `settings`: further ones of the server, `name=value`. */
export async function startSqlServer(settings: readonly string[] = []): Promise<SqlServer> {
  const bin = process.env.TRUTH_PGLITE === '1' ? undefined : binaries();
  const server = bin === undefined ? await startPglite() : await startPostgres(temporaryDirectory('pg'), bin, settings);
  await createTable(server.port);
  return server;
}
