/** A queue behind an SDK that asks over HTTP: batches of messages, receives of none to ten, and what a consumer then does. */
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { withOrigin } from '../../../src/index.ts';
import { http } from '../drivers/http.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { awsClient } from './aws-client.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const options = awsClient(endpoints.sqs);
const client = new SQSClient(options);
const api = await http((name) => import(name), endpoints.http!);
const QueueUrl = `${options.endpoint}/123456789012/orders`;

const batch = (token: string, size: number) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: Array.from({ length: size }, (_, i) => ({ Id: String(i), MessageBody: `${token} ${i}` })),
    }),
  );
// The token goes where the service ignores it.
const receive = (token: string) =>
  client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: [token] }));

async function consume(token: string): Promise<void> {
  const { Messages = [] } = await receive(token);
  await Promise.all(Messages.map(() => api.one(token)));
  if (Messages.length === 0) return;
  const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: i === 0 ? token : String(i), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  one: (token) => client.send(new SendMessageCommand({ QueueUrl, MessageBody: token })),
  batch: (token) => batch(token, 2),
  batches: (token) => Promise.all([batch(token, 10), batch(token, 1), batch(token, 3)]),
  empty: (token) =>
    client.send(new ReceiveMessageCommand({ QueueUrl: `${options.endpoint}/1/none`, MessageAttributeNames: [token] })),
  refused: (token) => receive(`${token} refused`).catch(() => 'refused'),
  consumed: consume,
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const token = ownToken(service, 'job:drain');
    // What a promise of the SDK calls back runs below its span, which has ended by then.
    const drain = () => receive(token).then(({ Messages = [] }) => Promise.all(Messages.map(() => api.one(token))));
    for (let round = 0; round < rounds; round++) await withOrigin('job:drain', drain);
  },
  async stop() {
    client.destroy();
    await api.close();
  },
});
