/** Makes CALLS calls to TARGET as job:exit, then ends in the way that HOW names. Without HOW it waits for a signal. */
import { createServer } from 'node:http';
import { withOrigin } from '../../../src/index.ts';

const { TARGET, CALLS, HOW = 'stay' } = process.env;
const call = () => withOrigin('job:exit', () => fetch(TARGET).then((answer) => answer.text()));
for (let i = 0; i < Number(CALLS); i++) await call();

/** Keeps the process until it is closed. */
const stay = () => createServer().listen(0, '127.0.0.1');

const ways = {
  stay,
  end() {},
  exitCode() {
    process.exitCode = 5;
  },
  exit: () => process.exit(3),
  exitInBeforeExit: () => process.once('beforeExit', () => process.exit(4)),
  /** What some applications clean up last. */
  worksInBeforeExit: () => process.once('beforeExit', call),
  throwInExit() {
    process.once('exit', () => {
      throw new Error('on the way out');
    });
  },
  uncaught: () =>
    setImmediate(() => {
      throw new Error('uncaught');
    }),
  rejected: () => void Promise.reject(new Error('unhandled')),
  reallyExit: () => process.reallyExit(6),
  execve: () =>
    process.execve(process.execPath, [process.execPath, '-e', 'process.exit(7)'], { PATH: process.env.PATH }),
  killsItself() {
    stay();
    process.kill(process.pid, 'SIGTERM');
  },
  closesItself() {
    const server = stay();
    process.on('SIGTERM', () => server.close());
  },
  exitsItself() {
    stay();
    for (const signal of ['SIGHUP', 'SIGUSR2']) process.on(signal, () => process.exit(8));
  },
  /** As nodemon has it: clean up, then the default. */
  raisesAgain() {
    stay();
    process.once('SIGUSR2', () => process.kill(process.pid, 'SIGUSR2'));
  },
  /** Reloads, and lives on until the next signal. */
  reloads() {
    stay();
    process.on('SIGHUP', () => console.log('reloaded'));
  },
  brokenPipe() {
    stay();
    process.stdin.resume().on('end', () => setInterval(() => console.log('is anybody there?'), 5));
  },
  waitsForStdin() {
    process.stdin.resume();
  },
  losesParent() {
    stay();
    process.on('disconnect', () => process.exit(9));
  },
};
await ways[HOW]();
process.send?.('ready');
console.log('ready');
