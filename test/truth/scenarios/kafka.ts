/** Producers that have just been made, one message and many; consumers by message and by batch, whose handlers ask an API. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { http } from '../drivers/http.ts';
import { ownToken, settings, tell } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const api = await http((name) => import(name), endpoints.http!);
const kafka = new Kafka({ brokers: [`127.0.0.1:${endpoints.kafkajs}`], logLevel: logLevel.NOTHING });
const SINGLE = `${service}.single`;
const BATCHED = `${service}.batched`;
let sent = 0;
let handled = 0;

const messages = (token: string, size: number) => Array.from({ length: size }, (_, i) => ({ value: `${token} ${i}` }));

async function send(producer: Producer, topic: string, token: string, size: number): Promise<void> {
  await producer.send({ topic, messages: messages(token, size) });
  sent += size;
}

async function newProducer(): Promise<Producer> {
  const producer = kafka.producer();
  await producer.connect();
  return producer;
}

const producer = await newProducer();

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  one: (token) => send(producer, SINGLE, token, 1),
  several: (token) => Promise.all([send(producer, SINGLE, token, 3), send(producer, BATCHED, token, 2)]),
  async batch(token) {
    const topicMessages = [SINGLE, BATCHED].map((topic) => ({ topic, messages: messages(token, 2) }));
    await producer.sendBatch({ topicMessages });
    sent += 4;
  },
  async first(token) {
    const fresh = await newProducer();
    await Promise.all([send(fresh, BATCHED, token, 2), send(fresh, SINGLE, token, 1)]);
    await send(fresh, SINGLE, token, 1);
    await fresh.disconnect();
  },
};

async function handle(topic: string, size: number): Promise<void> {
  const token = ownToken(service, `process ${topic}`);
  for (let i = 0; i < size; i++) await api.one(token);
  handled += size;
}

const byMessage = kafka.consumer({ groupId: `${service}-by-message` });
await byMessage.connect();
await byMessage.subscribe({ topic: SINGLE, fromBeginning: true });
await byMessage.run({ eachMessage: ({ topic }) => handle(topic, 1) });
const byBatch = kafka.consumer({ groupId: `${service}-by-batch` });
await byBatch.connect();
await byBatch.subscribe({ topic: BATCHED, fromBeginning: true });
await byBatch.run({
  eachBatch({ batch }) {
    // A batch handed to the handler is a poll; the broker sees the empty ones as well, of which there is no span.
    tell({ type: 'counted', target: 'kafkajs', token: ownToken(service, `process ${batch.topic}`), operations: 1 });
    return handle(batch.topic, batch.messages.length);
  },
});

await serveScenario({
  routes: Object.entries(actions).map(([name, action]) => ({
    method: 'POST',
    path: `/${name}/:id`,
    async handle(token: string) {
      await action(token);
      return 'done';
    },
  })),
  async jobs(rounds) {
    const job = ownToken(service, 'job:publish');
    for (let round = 0; round < rounds; round++) {
      await Promise.all([
        withOrigin('job:publish', () => actions.several!(job)),
        send(producer, SINGLE, ownToken(service, UNATTRIBUTED), 1),
      ]);
    }
  },
  async stop() {
    while (handled < sent) await sleep(20);
    await Promise.all([byMessage.disconnect(), byBatch.disconnect(), producer.disconnect()]);
    await api.close();
  },
});
