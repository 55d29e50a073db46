import { expect, test } from 'vitest';
import { factsOf } from '../../../../src/exporters/kusto/facts.ts';
import type { HttpAnswer, HttpRequest } from '../../../../src/exporters/kusto/http.ts';
import { below, putBlob, putMessage } from '../../../../src/exporters/kusto/storage.ts';

const signal = new AbortController().signal;

test.each([
  [
    'https://a.blob.core.windows.net/c?sv=1&sig=a%2Fb%3D',
    'T__1.gz',
    'https://a.blob.core.windows.net/c/T__1.gz?sv=1&sig=a%2Fb%3D',
  ],
  ['http://127.0.0.1:1/acc/c/?sig=x', 'a b#?.gz', 'http://127.0.0.1:1/acc/c/a%20b%23%3F.gz?sig=x'],
])('below %s', (url, name, expected) => {
  expect(below(url, name)).toBe(expected);
});

function answering(answer: Partial<HttpAnswer>) {
  const requests: HttpRequest[] = [];
  const http = async (request: HttpRequest): Promise<HttpAnswer> => {
    requests.push(request);
    return { status: 201, headers: {}, text: '', ...answer };
  };
  return { requests, http };
}

test('a blob is one request, a message another', async () => {
  const { requests, http } = answering({});
  await putBlob(http, 'https://a.blob.core.windows.net/c/b?sig=x', Buffer.from('abc'), signal);
  await putMessage(http, 'https://a.queue.core.windows.net/q?sig=x', { Id: 'ü<&' }, signal);
  const [blob, message] = requests;
  expect(blob).toMatchObject({
    method: 'PUT',
    headers: { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2020-10-02' },
  });
  expect(message).toMatchObject({ method: 'POST', url: 'https://a.queue.core.windows.net/q/messages?sig=x' });
  const text = /^<QueueMessage><MessageText>([A-Za-z0-9+/=]+)<\/MessageText><\/QueueMessage>$/.exec(
    String(message!.body),
  )![1]!;
  expect(JSON.parse(Buffer.from(text, 'base64').toString())).toEqual({ Id: 'ü<&' });
});

test.each([
  [
    {
      status: 403,
      text: '<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.\nRequestId:1\nTime:2</Message></Error>',
    },
    { status: 403, code: 'AuthenticationFailed', message: 'Server failed to authenticate the request.' },
  ],
  [
    { status: 503, headers: { 'x-ms-error-code': 'ServerBusy', 'retry-after': '9' } },
    { status: 503, code: 'ServerBusy', retryAfterMs: 9_000 },
  ],
  [{ status: 302 }, { status: 302, message: 'the storage answered 302' }],
] as const)('%j is told', async (answer, facts) => {
  const error = await putBlob(answering(answer).http, 'https://a/c/b?sig=x', Buffer.from(''), signal).catch(
    (cause: unknown) => cause,
  );
  expect(factsOf(error)).toMatchObject(facts);
});
