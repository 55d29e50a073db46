/** Queues that the broker names, one per client: whoever consumes them is one origin, and what they carry one target. */
import amqp from 'amqplib';
import { withOrigin } from '../../../src/index.ts';
import { consume } from '../drivers/amqplib.ts';
import { http } from '../drivers/http.ts';
import { ownToken, settings, tell } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

const CLIENTS = 5;
const { service, endpoints } = settings();
const api = await http((name) => import(name), endpoints.http!);
const consumer = ownToken(service, 'process (temporary)');
const connection = await amqp.connect(`amqp://guest:guest@127.0.0.1:${endpoints.amqplib}`);
const sender = await connection.createChannel();
let sent = 0;
let received = 0;

async function replyQueue(): Promise<string> {
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.consume(
    queue,
    async () => {
      tell({ type: 'counted', target: 'amqplib consumer', token: consumer, operations: 1 });
      await api.one(consumer);
      received++;
    },
    { noAck: true },
  );
  return queue;
}

const queues = await Promise.all(Array.from({ length: CLIENTS }, replyQueue));

async function reply(token: string): Promise<void> {
  for (const queue of queues) {
    sender.publish('', queue, Buffer.from('{}'));
    sent++;
    for (const target of ['amqplib', 'amqplib messages']) tell({ type: 'counted', target, token, operations: 1 });
  }
}

const work = `work-${service}`;
const stopWork = await consume(
  (name) => import(name),
  endpoints.amqplib!,
  work,
  () => api.one(ownToken(service, `process ${work}`)),
);

await serveScenario({
  routes: [
    {
      method: 'POST',
      path: '/reply/:id',
      async handle(token) {
        await reply(token);
        return 'replied';
      },
    },
  ],
  async jobs(rounds) {
    const token = ownToken(service, 'job:reply');
    for (let round = 0; round < rounds; round++) await withOrigin('job:reply', () => reply(token));
  },
  async stop() {
    while (received < sent) await new Promise((resolve) => setTimeout(resolve, 20));
    await stopWork();
    await connection.close();
    await api.close();
  },
});
