/** What this folder uses of packages that bring no types. */
declare module 'amqplib' {
  export interface Message {
    readonly properties: { readonly headers?: Readonly<Record<string, unknown>> };
  }
  export interface Channel {
    assertExchange(name: string, type: string, options: object): Promise<unknown>;
    assertQueue(name: string, options: object): Promise<{ queue: string }>;
    bindQueue(queue: string, exchange: string, pattern: string): Promise<unknown>;
    consume(queue: string, onMessage: (message: Message | null) => void, options: object): Promise<unknown>;
    publish(exchange: string, routingKey: string, content: Buffer): boolean;
  }
  export interface ChannelModel {
    createChannel(): Promise<Channel>;
    close(): Promise<void>;
  }
  const amqp: { connect(url: string): Promise<ChannelModel> };
  export default amqp;
}

declare module 'pg-cursor' {
  export default class Cursor {
    constructor(text: string, values: readonly unknown[]);
    /** `client.query` takes anything it can submit. */
    submit(connection: unknown): void;
    read(rows: number): Promise<unknown[]>;
  }
}

declare module 'connect' {
  import type { IncomingMessage, Server, ServerResponse } from 'node:http';

  type Next = (error?: unknown) => void;
  type Handler = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
  interface App {
    use(handler: Handler): App;
    use(path: string, handler: Handler): App;
    listen(port: number, host: string): Server;
  }
  const connect: () => App;
  export default connect;
}

declare module 'ws' {
  import { EventEmitter } from 'node:events';
  import type { AddressInfo } from 'node:net';

  export class WebSocket extends EventEmitter<{ open: []; message: [data: Buffer] }> {
    constructor(url: string);
    send(data: string): void;
    close(): void;
  }
  export class WebSocketServer extends EventEmitter<{ listening: []; connection: [socket: WebSocket] }> {
    constructor(options: { port: number; host: string });
    address(): AddressInfo;
    close(): void;
  }
}
