/** RabbitMQ with a consumer of ours on the exchange: the broker delivers, we count what arrived. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ChannelModel } from 'amqplib';
import { type Cause, findToken } from '../token.ts';
import { Daemon, findProgram, freePort, listening, temporaryDirectory } from './process.ts';

export const EXCHANGE = 'truth';

export interface RabbitMq {
  readonly port: number;
  /** Sends messages to the work queue of an application, as an uninstrumented producer. */
  feed(exchange: string, messages: number): Promise<void>;
  stop(): Promise<void>;
}

async function startEpmd(port: number, directory: string): Promise<ChildProcess | undefined> {
  const program = findProgram('epmd');
  if (program === undefined) return undefined; // RabbitMQ starts one itself
  const child = spawn(program, ['-port', String(port), '-address', '127.0.0.1'], { stdio: 'ignore', cwd: directory });
  await listening(port, child, 'epmd');
  return child;
}

export async function startRabbitMq(count: (cause: Cause) => void): Promise<RabbitMq> {
  // The wrapper in /usr/sbin switches user and writes to /var/log; the real script does neither.
  const program = findProgram('../lib/rabbitmq/bin/rabbitmq-server') ?? findProgram('rabbitmq-server');
  if (program === undefined) throw new Error('rabbitmq-server is not installed');
  const directory = temporaryDirectory('rabbitmq');
  const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const epmd = await startEpmd(epmdPort, directory);
  const daemon = new Daemon(program, [], directory, {
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `truth-${randomBytes(4).toString('hex')}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_BASE: directory,
      RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
      RABBITMQ_LOG_BASE: join(directory, 'log'),
      RABBITMQ_PID_FILE: join(directory, 'pid'),
      RABBITMQ_CONF_ENV_FILE: join(directory, 'none.conf'),
      RABBITMQ_CONFIG_FILE: join(directory, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'plugins'),
      RABBITMQ_SERVER_START_ARGS: '',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
    },
  });
  try {
    await listening(port, daemon.child, 'rabbitmq-server');
  } catch (error) {
    epmd?.kill();
    throw new Error(`${(error as Error).message}\n${daemon.lastOutput}`);
  }
  const connection = await connect(port);
  const channel = await connection.createChannel();
  await channel.assertExchange(EXCHANGE, 'topic', { durable: false });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EXCHANGE, '#');
  await channel.consume(
    queue,
    (message) => {
      const cause = findToken(String(message?.properties.headers?.['x-truth'] ?? ''));
      if (cause !== undefined) count(cause);
    },
    { noAck: true },
  );
  return {
    port,
    async feed(exchange, messages) {
      for (let i = 0; i < messages; i++) channel.publish(exchange, 'work', Buffer.from(String(i)));
    },
    async stop() {
      await connection.close().catch(() => {});
      await daemon.stop('SIGTERM', 15_000);
      epmd?.kill();
    },
  };
}

/** The port opens a little before the broker answers. */
async function connect(port: number): Promise<ChannelModel> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await amqp.connect(`amqp://guest:guest@127.0.0.1:${port}`);
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(200);
    }
  }
}
