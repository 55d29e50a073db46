/** SNS as its client sees it: forms over HTTP, answers in XML. Counts calls, and the messages in them. */
import { createHash, randomUUID } from 'node:crypto';
import { type Cause, findToken } from '../token.ts';
import { startAnswering } from './answering.ts';
import type { Downstream } from './downstream.ts';

export interface SnsCounts {
  call(cause: Cause): void;
  sent(cause: Cause, messages: number): void;
}

const ENTRY_ID = /^PublishBatchRequestEntries\.member\.\d+\.Id$/;
const entry = (id: string) =>
  `<member><Id>${id}</Id><MessageId>${randomUUID()}</MessageId><MD5OfMessage>${createHash('md5').update(id).digest('hex')}</MD5OfMessage></member>`;

export function startSns(counts: SnsCounts): Promise<Downstream> {
  return startAnswering((_request, body, response) => {
    response.setHeader('content-type', 'text/xml');
    const form = new URLSearchParams(body);
    const action = form.get('Action');
    const cause = findToken([...form.values()].join(' '));
    const refuse = (code: string) => {
      response.statusCode = 400;
      response.end(`<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`);
    };
    if (cause === undefined) return refuse('NoToken');
    counts.call(cause);
    const ids = [...form].filter(([name]) => ENTRY_ID.test(name)).map(([, id]) => id);
    // As the semantic conventions count: what a producer attempted to send, also when it is refused.
    counts.sent(cause, action === 'PublishBatch' ? ids.length : 1);
    if ([...form.values()].includes('refused')) return refuse('InvalidParameter');
    const result =
      action === 'PublishBatch'
        ? `<Successful>${ids.map(entry).join('')}</Successful><Failed/>`
        : `<MessageId>${randomUUID()}</MessageId>`;
    response.end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
  });
}
