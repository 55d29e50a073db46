/** HTTP/1, HTTP/2 and gRPC services that count who called them. They run in the harness, which has no OpenTelemetry. */
import { createServer } from 'node:http';
import http2 from 'node:http2';
import * as grpc from '@grpc/grpc-js';
import { type Cause, findToken } from '../token.ts';

export interface Downstream {
  readonly port: number;
  stop(): Promise<void>;
}

const LARGE = 'x'.repeat(1024 * 1024);

/** `/status/<code>` answers with that code, `/large` with 1 MB, `/slow` after 30 ms, anything else with 200. */
export async function startHttp(count: (cause: Cause) => void): Promise<Downstream> {
  const server = createServer((request, response) => {
    const cause = findToken(String(request.headers['x-truth'] ?? ''));
    if (cause !== undefined) count(cause);
    request.resume();
    const url = request.url ?? '';
    response.on('error', () => {});
    const answer = () => {
      response.statusCode = Number(/^\/status\/(\d+)/.exec(url)?.[1] ?? 200);
      response.end(url.startsWith('/large') ? LARGE : 'ok');
    };
    if (url.startsWith('/slow')) setTimeout(answer, 30);
    else answer();
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

export async function startHttp2(count: (cause: Cause) => void): Promise<Downstream> {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    const cause = findToken(String(headers['x-truth'] ?? ''));
    if (cause !== undefined) count(cause);
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const identity = (value: Buffer) => value;
const method = (name: string, responseStream: boolean) => ({
  path: `/truth.Warehouse/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
});

/** Unary `Reserve` and `Fail`, server streaming `List`; the request is the token as text. */
export const warehouse = {
  Reserve: method('Reserve', false),
  Fail: method('Fail', false),
  List: method('List', true),
} as const satisfies grpc.ServiceDefinition;

export async function startGrpc(count: (cause: Cause) => void): Promise<Downstream> {
  const counted = (request: Buffer) => {
    const cause = findToken(request.toString());
    if (cause !== undefined) count(cause);
  };
  const server = new grpc.Server();
  server.addService(warehouse, {
    Reserve(call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) {
      counted(call.request);
      answer(null, Buffer.from('ok'));
    },
    Fail(call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) {
      counted(call.request);
      answer({ code: grpc.status.FAILED_PRECONDITION, details: 'out of stock' });
    },
    List(call: grpc.ServerWritableStream<Buffer, Buffer>) {
      counted(call.request);
      for (let i = 0; i < 3; i++) call.write(Buffer.from(String(i)));
      call.end();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    async stop() {
      server.forceShutdown();
    },
  };
}
