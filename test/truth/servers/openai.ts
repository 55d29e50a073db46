/** OpenAI's API as its client sees it: chats, responses and embeddings, whole and streamed. Counts calls, and the tokens it tells. */
import type { ServerResponse } from 'node:http';
import { type Cause, findToken } from '../token.ts';
import { startAnswering } from './answering.ts';
import type { Downstream } from './downstream.ts';

export interface OpenAiCounts {
  call(cause: Cause): void;
  tokens(cause: Cause, tokens: number): void;
}

interface Call {
  readonly model: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly tools?: readonly unknown[];
  readonly messages?: readonly { readonly role: string }[];
}

const INPUT = 11;
const OUTPUT = 7;
const chatUsage = { prompt_tokens: INPUT, completion_tokens: OUTPUT, total_tokens: INPUT + OUTPUT };
const usage = { input_tokens: INPUT, output_tokens: OUTPUT, total_tokens: INPUT + OUTPUT };
const base = { id: 'answer-1', created: 1, created_at: 1 };
const item = {
  id: 'item-1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: '{}', annotations: [] }],
};

const chunk = (model: string, rest: object) => ({ ...base, object: 'chat.completion.chunk', model, ...rest });
const delta = (content: string, finish_reason: string | null) => ({
  choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason }],
});

function chatChunks({ model, stream_options }: Call): object[] {
  const chunks = [delta('{', null), delta('}', null), delta('', 'stop')].map((part) => chunk(model, part));
  return stream_options?.include_usage === true ? [...chunks, chunk(model, { choices: [], usage: chatUsage })] : chunks;
}

function responseEvents({ model }: Call): object[] {
  const response = { ...base, object: 'response', model, output: [] };
  return [
    { type: 'response.created', response },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { ...response, output: [item], usage } },
  ];
}

/** Asks for the tool it is offered, until it has been told what the tool said. */
function chat({ model, tools, messages = [] }: Call): object {
  const wantsTool = tools !== undefined && !messages.some(({ role }) => role === 'tool');
  const call = { id: 'call-1', type: 'function', function: { name: 'stock', arguments: '{}' } };
  const message = wantsTool
    ? { role: 'assistant', content: null, tool_calls: [call] }
    : { role: 'assistant', content: '{}' };
  const finish_reason = wantsTool ? 'tool_calls' : 'stop';
  return {
    ...base,
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message, finish_reason }],
    usage: chatUsage,
  };
}

function embeddings({ model }: Call): object {
  const data = [{ object: 'embedding', index: 0, embedding: 'AACAPw==' }];
  return { object: 'list', model, data, usage: { prompt_tokens: INPUT, total_tokens: INPUT } };
}

/** Piece by piece, so that a reader can leave in the middle. */
async function stream(events: readonly object[], response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'text/event-stream');
  for (const event of events) {
    const { type } = event as { type?: string };
    response.write(`${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  response.end(events.some((event) => 'type' in event) ? '' : 'data: [DONE]\n\n');
}

export function startOpenAi(counts: OpenAiCounts): Promise<Downstream> {
  return startAnswering((request, body, response) => {
    const cause = findToken(body);
    const call = JSON.parse(body) as Call;
    response.setHeader('content-type', 'application/json');
    if (body.includes('busy') && request.headers['x-stainless-retry-count'] === '0') {
      // The client repeats it by itself: one operation of whoever asked.
      response.writeHead(429, { 'retry-after-ms': '5' }).end('{"error":{"message":"busy"}}');
      return;
    }
    if (cause !== undefined) counts.call(cause);
    if (cause === undefined || body.includes('refused')) {
      response.statusCode = 400;
      response.end('{"error":{"message":"refused","type":"invalid_request_error"}}');
      return;
    }
    if (request.url?.endsWith('/embeddings') === true) {
      counts.tokens(cause, INPUT);
      response.end(JSON.stringify(embeddings(call)));
      return;
    }
    const isChat = request.url?.endsWith('/chat/completions') === true;
    const tells = !(isChat && call.stream === true && call.stream_options?.include_usage !== true);
    if (tells && !body.includes('left alone')) counts.tokens(cause, INPUT + OUTPUT);
    if (call.stream === true) void stream(isChat ? chatChunks(call) : responseEvents(call), response);
    else if (isChat) response.end(JSON.stringify(chat(call)));
    else {
      const { model } = call;
      response.end(JSON.stringify({ ...base, object: 'response', model, status: 'completed', output: [item], usage }));
    }
  });
}
