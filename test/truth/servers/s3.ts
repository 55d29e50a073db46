/** S3 as its client sees it: objects in memory, named by the path. Counts calls. */
import { type Cause, findToken } from '../token.ts';
import { startAnswering } from './answering.ts';
import type { Downstream } from './downstream.ts';

export function startS3(count: (cause: Cause) => void): Promise<Downstream> {
  const objects = new Map<string, string>();
  return startAnswering((request, body, response) => {
    const url = new URL(request.url ?? '', 'http://s3');
    const key = decodeURIComponent(url.pathname);
    const cause = findToken(`${key} ${url.searchParams.get('prefix')} ${body}`);
    response.setHeader('content-type', 'application/xml');
    if (key.includes('busy') && String(request.headers['amz-sdk-request']).startsWith('attempt=1')) {
      // The client repeats it by itself: one operation of whoever asked.
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
      return;
    }
    if (cause !== undefined) count(cause);
    if (request.method === 'PUT') {
      objects.set(key, body);
      response.setHeader('etag', '"1"');
      response.end();
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (request.method === 'POST') {
      response.end('<DeleteResult/>');
    } else if (url.searchParams.has('list-type')) {
      response.end('<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>');
    } else if (objects.has(key)) {
      response.end(request.method === 'HEAD' ? undefined : objects.get(key));
    } else {
      response.statusCode = 404;
      response.end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
    }
  });
}
