/** A server for one test at a time: every route is a function that a test may replace, every request is kept. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Of engine requests. */
  readonly csl: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type Route = (seen: Seen, response: ServerResponse) => void | Promise<void>;

export interface Stub {
  readonly url: string;
  readonly seen: Seen[];
  readonly routes: {
    metadata: Route;
    resources: Route;
    token: Route;
    mgmt: Route;
    query: Route;
    stream: Route;
    blob: Route;
    queue: Route;
  };
  /** Requests of one kind. */
  of(kind: keyof Stub['routes']): Seen[];
  /** Decoded messages of the queue. */
  messages(): {
    readonly Id: string;
    readonly BlobPath: string;
    readonly AdditionalProperties: Record<string, unknown>;
    readonly [key: string]: unknown;
  }[];
  close(): Promise<void>;
}

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Route => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
};

export const hang: Route = () => {};

export const serviceError = (
  status: number,
  code: string,
  message: string,
  permanent: boolean | undefined = undefined,
  headers: Record<string, string> = {},
): Route => json({ error: { code, message: 'short', '@message': message, '@permanent': permanent } }, status, headers);

export const table = (columns: Record<string, string>, rows: unknown[][]) => ({
  TableName: 'Table_0',
  Columns: Object.entries(columns).map(([ColumnName, ColumnType]) => ({ ColumnName, ColumnType })),
  Rows: rows,
});

export const v1 = (columns: Record<string, string>, rows: unknown[][]): Route =>
  json({ Tables: [table(columns, rows)] });

export const v2 = (columns: Record<string, string>, rows: unknown[][]): Route =>
  json([
    { FrameType: 'DataSetHeader', IsProgressive: false, Version: 'v2.0' },
    { FrameType: 'DataTable', TableId: 0, TableKind: 'QueryProperties', ...table({ Key: 'string' }, []) },
    { FrameType: 'DataTable', TableId: 1, TableKind: 'PrimaryResult', ...table(columns, rows) },
    { FrameType: 'DataSetCompletion', HasErrors: false, Cancelled: false },
  ]);

export async function startStub(): Promise<Stub> {
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seen: Seen[] = [];
  const sas = 'sv=2024&sig=topsecret';
  const resources = [
    ['TempStorage', `${url}/accounta/container0?${sas}`],
    ['TempStorage', `${url}/accountb/container1?${sas}`],
    ['SecuredReadyForAggregationQueue', `${url}/accounta/queue0?${sas}`],
    ['SecuredReadyForAggregationQueue', `${url}/accountb/queue1?${sas}`],
    ['FailedIngestionsQueue', `${url}/accounta/failed?${sas}`],
    ['SuccessfulIngestionsQueue', `${url}/accounta/done?${sas}`],
    ['IngestionsStatusTable', `${url}/accounta/status?${sas}`],
  ];
  const routes: Stub['routes'] = {
    metadata: json({}, 404),
    resources: v1({ ResourceTypeName: 'string', StorageRoot: 'string' }, resources),
    token: v1({ AuthorizationContext: 'string' }, [['identity']]),
    mgmt: v1({ Name: 'string' }, []),
    query: v2({ Version: 'long', Package: 'string' }, [[1, '0.1.0']]),
    stream: json({ Tables: [] }),
    blob: (_, response) => {
      response.writeHead(201, { etag: '"1"', 'last-modified': new Date(0).toUTCString() });
      response.end();
    },
    queue: (_, response) => {
      const time = new Date(0).toUTCString();
      response.writeHead(201, { 'content-type': 'application/xml' });
      response.end(
        `<?xml version="1.0" encoding="utf-8"?><QueueMessagesList><QueueMessage><MessageId>1</MessageId><InsertionTime>${time}</InsertionTime><ExpirationTime>${time}</ExpirationTime><PopReceipt>p</PopReceipt><TimeNextVisible>${time}</TimeNextVisible></QueueMessage></QueueMessagesList>`,
      );
    },
  };
  const kinds = new Map<Seen, keyof Stub['routes']>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const at = new URL(request.url!, url);
    const body = Buffer.concat(chunks);
    const isEngine = /^\/v\d\/rest\/(?:mgmt|query)$/.test(at.pathname);
    const payload = isEngine ? JSON.parse(body.toString()) : {};
    const one: Seen = {
      method: request.method!,
      path: at.pathname,
      query: at.searchParams,
      headers: request.headers,
      body,
      csl: payload.csl ?? '',
      parameters: payload.properties?.Parameters ?? {},
    };
    seen.push(one);
    const kind = kindOf(one);
    kinds.set(one, kind);
    await routes[kind](one, response);
  }

  return {
    url,
    seen,
    routes,
    of: (kind) => seen.filter((one) => kinds.get(one) === kind),
    messages: () =>
      seen
        .filter((one) => kinds.get(one) === 'queue')
        .map((one) => {
          const text = /<MessageText>(.*?)<\/MessageText>/s.exec(one.body.toString())![1]!;
          return JSON.parse(Buffer.from(text, 'base64').toString());
        }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function kindOf({ path, csl, method }: Seen): keyof Stub['routes'] {
  if (path === '/v1/rest/auth/metadata') return 'metadata';
  if (path.startsWith('/v1/rest/ingest/')) return 'stream';
  if (path.endsWith('/rest/query')) return 'query';
  if (path.endsWith('/rest/mgmt')) {
    if (csl.startsWith('.get ingestion resources')) return 'resources';
    return csl.startsWith('.get kusto identity token') ? 'token' : 'mgmt';
  }
  return method === 'PUT' && !path.endsWith('/messages') ? 'blob' : 'queue';
}
