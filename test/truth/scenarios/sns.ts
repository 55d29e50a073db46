/** Topics: messages one by one and in batches, to a topic, to an endpoint and to a telephone. */
import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { withOrigin } from '../../../src/index.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { awsClient } from './aws-client.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const client = new SNSClient(awsClient(endpoints.sns));
const TopicArn = 'arn:aws:sns:eu-west-1:123456789012:orders';

const publish = (Message: string) => client.send(new PublishCommand({ TopicArn, Message }));
const batch = (token: string, size: number, Subject = 'order') =>
  client.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: Array.from({ length: size }, (_, i) => ({
        Id: String(i),
        Message: `${token} ${i}`,
        Subject,
      })),
    }),
  );

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  one: publish,
  several: (token) => Promise.all([publish(token), publish(token), publish(token)]),
  batch: (token) => batch(token, 2),
  batches: (token) => Promise.all([batch(token, 10), batch(token, 1), batch(token, 3)]),
  endpoint: (token) =>
    client.send(
      new PublishCommand({
        TargetArn: `arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/app/${crypto.randomUUID()}`,
        Message: token,
      }),
    ),
  telephone: (token) => client.send(new PublishCommand({ PhoneNumber: '+3215550100', Message: token })),
  refusedBatch: (token) => batch(token, 2, 'refused').catch(() => 'refused'),
  refused: (token) =>
    client.send(new PublishCommand({ TopicArn, Message: token, Subject: 'refused' })).catch(() => 'refused'),
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const token = ownToken(service, 'job:announce');
    for (let round = 0; round < rounds; round++) {
      await withOrigin('job:announce', () => Promise.all([publish(token), batch(token, 4)]));
    }
  },
  async stop() {
    client.destroy();
  },
});
