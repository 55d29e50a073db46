/** A bucket: objects in and out, as text and as a stream, listed, deleted one by one and together, and not found. */
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { withOrigin } from '../../../src/index.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { awsClient } from './aws-client.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const client = new S3Client({ ...awsClient(endpoints.s3), maxAttempts: 2, forcePathStyle: true });
const Bucket = 'receipts';

const put = (Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'receipt' }));
async function get(Key: string): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  await Body?.transformToString();
}

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  put,
  async roundtrip(token) {
    await put(token);
    await Promise.all([get(token), get(token)]);
  },
  stream: (token) =>
    client.send(
      new PutObjectCommand({ Bucket, Key: token, Body: Readable.from([Buffer.from('receipt')]), ContentLength: 7 }),
    ),
  missing: (token) => get(`missing/${token}`).catch(() => 'missing'),
  head: (token) => client.send(new HeadObjectCommand({ Bucket, Key: `missing/${token}` })).catch(() => 'missing'),
  repeated: (token) => put(`busy/${token}`),
  list: (token) => client.send(new ListObjectsV2Command({ Bucket, Prefix: token })),
  remove: (token) => client.send(new DeleteObjectCommand({ Bucket, Key: `old/${token}` })),
  removeSeveral: (token) =>
    client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: token }, { Key: `old/${token}` }] } })),
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const token = ownToken(service, 'job:archive');
    for (let round = 0; round < rounds; round++) {
      await withOrigin('job:archive', () => put(token).then(() => get(token)));
    }
  },
  async stop() {
    client.destroy();
  },
});
