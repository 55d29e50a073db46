/** OpenAI's client in the ways it is used: whole and streamed answers, helpers that ask several times, streams left alone. */
import OpenAI from 'openai';
import { withOrigin } from '../../../src/index.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${endpoints.openai}/v1`, maxRetries: 1 });
const model = 'gpt-truth';

const asked = (token: string) => ({ model, messages: [{ role: 'user' as const, content: token }] });
const chat = (token: string) => client.chat.completions.create(asked(token));
const streamed = (token: string, options = {}) =>
  client.chat.completions.create({ ...asked(token), stream: true, ...options });
const withUsage = { stream_options: { include_usage: true } };
const embed = (token: string) => client.embeddings.create({ model, input: token });
const respond = (token: string) => client.responses.create({ model, input: token });

async function read(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _part of stream);
}
async function readOne(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _part of stream) return;
}
const refused = (asking: Promise<unknown>) => asking.catch(() => 'refused');

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  chat,
  several: (token) => Promise.all([chat(token), embed(token), chat(token)]),
  embeddings: embed,
  respond,
  response: (token) => chat(token).then(() => client.chat.completions.create(asked(token)).withResponse()),
  parse: (token) => client.chat.completions.parse({ ...asked(token), response_format: { type: 'json_object' } }),
  tools: (token) =>
    client.chat.completions
      .runTools({
        ...asked(token),
        tools: [
          {
            type: 'function',
            function: {
              name: 'stock',
              function: async () => 'three',
              description: 'Stock',
              parameters: {},
              parse: JSON.parse,
            },
          },
        ],
      })
      .finalContent(),
  stream: async (token) => read(await streamed(token)),
  streamUsage: async (token) => read(await streamed(token, withUsage)),
  streamHelper: (token) => client.chat.completions.stream({ ...asked(token), ...withUsage }).finalContent(),
  responseStream: async (token) => read(await client.responses.create({ model, input: token, stream: true })),
  leftAlone: async (token) => readOne(await streamed(`${token} left alone`, withUsage)),
  leftResponse: async (token) =>
    readOne(await client.responses.create({ model, input: `${token} left alone`, stream: true })),
  repeated: (token) => chat(`${token} busy`),
  refused: (token) => refused(chat(`${token} refused`)),
  refusedStream: (token) => refused(streamed(`${token} refused`)),
  refusedResponseStream: (token) =>
    refused(client.responses.create({ model, input: `${token} refused`, stream: true })),
  refusedEmbedding: (token) => refused(embed(`${token} refused`)),
  refusedResponse: (token) => refused(respond(`${token} refused`)),
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const token = ownToken(service, 'job:summarise');
    for (let round = 0; round < rounds; round++) {
      await withOrigin('job:summarise', () => Promise.all([chat(token), embed(token)]));
    }
  },
  async stop() {},
});
