import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Downstream } from './downstream.ts';

/** A service on a free port. `answer` gets each request with its whole body. */
export async function startAnswering(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<Downstream> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => answer(request, body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
