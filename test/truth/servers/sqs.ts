/** SQS as its client sees it: JSON over HTTP, queues in memory. Counts calls, and messages on their way in and out. */
import { createHash, randomUUID } from 'node:crypto';
import { type Cause, findToken } from '../token.ts';
import { startAnswering } from './answering.ts';
import type { Downstream } from './downstream.ts';

interface Entry {
  readonly Id?: string;
  readonly MessageBody: string;
  readonly MessageAttributes?: unknown;
}

interface Call {
  readonly QueueUrl: string;
  readonly MessageBody?: string;
  readonly Entries?: readonly Entry[];
  readonly MaxNumberOfMessages?: number;
}

export interface SqsCounts {
  call(cause: Cause): void;
  sent(cause: Cause, messages: number): void;
  received(cause: Cause, messages: number): void;
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export function startSqs(counts: SqsCounts): Promise<Downstream> {
  const queues = new Map<string, string[]>();
  const queueOf = (url: string) => {
    let queue = queues.get(url);
    if (queue === undefined) queues.set(url, (queue = []));
    return queue;
  };
  const take = (url: string, body: string) => {
    queueOf(url).push(body);
    return { MessageId: randomUUID(), MD5OfMessageBody: md5(body) };
  };

  function answer(operation: string, call: Call, cause: Cause): object {
    switch (operation) {
      case 'SendMessage':
        counts.sent(cause, 1);
        return take(call.QueueUrl, call.MessageBody!);
      case 'SendMessageBatch': {
        const entries = call.Entries ?? [];
        counts.sent(cause, entries.length);
        return {
          Successful: entries.map(({ Id, MessageBody }) => ({ Id, ...take(call.QueueUrl, MessageBody) })),
          Failed: [],
        };
      }
      case 'ReceiveMessage': {
        const bodies = queueOf(call.QueueUrl).splice(0, call.MaxNumberOfMessages ?? 1);
        counts.received(cause, bodies.length);
        const messages = bodies.map((Body) => ({
          MessageId: randomUUID(),
          ReceiptHandle: randomUUID(),
          Body,
          MD5OfBody: md5(Body),
        }));
        return messages.length === 0 ? {} : { Messages: messages };
      }
      default:
        return { Successful: (call.Entries ?? []).map(({ Id }) => ({ Id })), Failed: [] };
    }
  }

  return startAnswering((request, text, response) => {
    const operation = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    const cause = findToken(text);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (cause === undefined) {
      response.statusCode = 400;
      response.end('{"__type":"com.amazon.coral.service#InvalidRequest","message":"no token"}');
      return;
    }
    counts.call(cause);
    if (text.includes('refused')) {
      response.statusCode = 400;
      response.end('{"__type":"com.amazonaws.sqs#InvalidMessageContents","message":"refused"}');
      return;
    }
    response.end(JSON.stringify(answer(operation, JSON.parse(text) as Call, cause)));
  });
}
