/** MariaDB with its general log in a file: the server writes every statement it runs, parameters filled in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cause, findToken } from '../token.ts';
import { Daemon, findProgram, freePort, listening, run, temporaryDirectory } from './process.ts';

export interface MariaDb {
  readonly port: number;
  /** Reads the log and counts every executed statement that carries a token. */
  collect(count: (cause: Cause) => void): void;
  stop(): Promise<void>;
}

const EXECUTED = /\t\s*\d+ (?:Query|Execute)\t(.*)/;

/** `grants`: users have the rights they were given, and the server knows where they come from. */
export async function startMariaDb({ grants = false } = {}): Promise<MariaDb> {
  const program = findProgram('mariadbd', 'mysqld');
  const install = findProgram('mariadb-install-db', 'mysql_install_db');
  if (program === undefined || install === undefined) throw new Error('mariadbd is not installed');
  const directory = temporaryDirectory('mariadb');
  const data = join(directory, 'data');
  const log = join(directory, 'general.log');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  run(
    install,
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...user],
    directory,
  );
  const port = await freePort();
  const daemon = new Daemon(
    program,
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(directory, 's')}`,
      ...(grants ? [] : ['--skip-grant-tables']),
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=16M',
      '--performance-schema=OFF',
      '--general-log=1',
      `--general-log-file=${log}`,
    ],
    directory,
  );
  await listening(port, daemon.child, 'mariadbd');
  return {
    port,
    collect(count) {
      for (const line of readFileSync(log, 'utf8').split('\n')) {
        const executed = EXECUTED.exec(line);
        const cause = executed === null ? undefined : findToken(executed[1]!);
        if (cause !== undefined) count(cause);
      }
    },
    stop: () => daemon.stop(),
  };
}
