/**
 * A protocol fake of a Kusto cluster for tests: engine and data management on one loopback port, blobs and queues in Azurite behind it.
 * The client side is the real SDK.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Azurite, startAzurite } from './azurite.ts';
import { executeCommand } from './commands/index.ts';
import { FakeDatabase, type IngestionFailure } from './database.ts';
import { type FaultRequest, Faults, type FaultTarget } from './faults.ts';
import { type Answer, applyFault, errorAnswer, readBody, send } from './http.ts';
import { type IngestSummary, IngestWorker } from './ingest-worker.ts';
import { authorize, type Principals, permissionOf } from './principals.ts';
import { QueryEngine } from './query-engine.ts';
import { badRequest, entityNotFound, internalError, ServiceError } from './service-error.ts';
import { Storage } from './storage.ts';
import { StorageProxy } from './storage-proxy.ts';
import { streamRows } from './streaming.ts';
import { columnsOf, parseTimespan, type ResultTable } from './values.ts';
import { commandText, queryV1Text, queryV2Text } from './wire.ts';

export interface FakeKustoOptions {
  /** Default `Telemetry`. */
  readonly database?: string;
  /** One to share; false: no blobs and queues, only streaming. Default: one of its own. */
  readonly azurite?: Azurite | false;
  /** Default 3. */
  readonly containers?: number;
  /** Default 2. */
  readonly queues?: number;
  /** The service's clock; storage keeps the real one. With it, messages wait out their batching time: see `ingestPending`. */
  readonly now?: () => number;
  /** By bearer token; undefined: everybody may do everything. */
  readonly principals?: Principals;
  /** Whether the cluster has streaming ingestion enabled. Default true. */
  readonly streamingEnabled?: boolean;
}

export interface LoggedRequest extends FaultRequest {
  /** On the service's clock. */
  readonly at: number;
  /** Of the body as it came. */
  readonly bytes: number;
  /** What was sent, or what a fault did instead. */
  outcome: number | 'hang' | 'reset' | undefined;
}

export interface FakeKusto {
  /** Engine and data management: `http://127.0.0.1:port`. */
  readonly url: string;
  readonly database: FakeDatabase;
  readonly faults: Faults;
  /** The last 10,000, oldest first; without credentials. */
  readonly requests: readonly LoggedRequest[];
  /** As `.show ingestion failures` shows them, and the id of the source. */
  readonly failures: readonly IngestionFailure[];
  principals: Principals | undefined;
  /** In process, without the network: a query or a command. Parameters are KQL literals as text. @throws ServiceError */
  execute(text: string, parameters?: Readonly<Record<string, string>>): ResultTable;
  /**
   * The worker takes what is in the queues and ingests. Where the service has a clock of its own (`now`), messages wait until the batching
   * time of their table has passed, except with `{ now: true }`; else all are ingested at once.
   */
  ingestPending(options?: { readonly now?: boolean }): Promise<IngestSummary>;
  /**
   * Retention, at most once an hour on the service's clock; also called before each query. Drops what was ingested longer ago than the
   * policies of tables and views allow. Views keep what they made of rows that their table forgot.
   */
  applyRetention(): void;
  close(): Promise<void>;
}

const REQUESTS_MAX = 10_000;
/** On the service's clock. */
const RETENTION_EVERY_MS = 3_600_000;

export async function startFakeKusto(options: FakeKustoOptions = {}): Promise<FakeKusto> {
  const own = options.azurite === undefined ? await startAzurite() : undefined;
  const azurite = options.azurite === false ? undefined : (options.azurite ?? own);
  try {
    const storage = azurite && (await Storage.create(azurite, options.containers ?? 3, options.queues ?? 2));
    const fake = new Fake(options, azurite, storage, own);
    await fake.listen();
    return fake;
  } catch (cause) {
    await own?.close();
    throw cause;
  }
}

class Fake implements FakeKusto {
  readonly database: FakeDatabase;
  readonly faults = new Faults();
  readonly requests: LoggedRequest[] = [];
  principals: Principals | undefined;
  readonly #options: FakeKustoOptions;
  readonly #azurite: Azurite | undefined;
  readonly #storage: Storage | undefined;
  readonly #own: Azurite | undefined;
  readonly #engine: QueryEngine;
  readonly #worker: IngestWorker | undefined;
  readonly #proxy = new StorageProxy();
  readonly #server = createServer((incoming, outgoing) => void this.#handle(incoming, outgoing));
  #retentionAt = -Infinity;
  #ingesting: Promise<unknown> = Promise.resolve();

  constructor(
    options: FakeKustoOptions,
    azurite: Azurite | undefined,
    storage: Storage | undefined,
    own: Azurite | undefined,
  ) {
    this.#options = options;
    this.#azurite = azurite;
    this.#storage = storage;
    this.#own = own;
    this.principals = options.principals;
    this.database = new FakeDatabase(options.database ?? 'Telemetry', options.now ?? Date.now);
    this.#engine = new QueryEngine(this.database);
    this.#worker = storage && new IngestWorker(this.database, storage, this.faults);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get failures(): readonly IngestionFailure[] {
    return this.database.failures;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  execute(text: string, parameters: Readonly<Record<string, string>> = {}): ResultTable {
    this.applyRetention();
    if (!/^\s*(\/\/[^\n]*\n\s*)*\./.test(text)) return this.#engine.query(text, parameters);
    const streamingEnabled = this.#options.streamingEnabled ?? true;
    return executeCommand(text, { database: this.database, run: this.#engine.runOverRows, streamingEnabled });
  }

  async ingestPending(options: { readonly now?: boolean } = {}): Promise<IngestSummary> {
    const worker = this.#worker;
    if (worker === undefined) throw new Error('this fake was started without storage: azurite: false');
    // One at a time: two at once would each see half of the queues.
    const run = this.#ingesting.then(() => worker.run(options.now ?? this.#options.now === undefined));
    this.#ingesting = run.catch(() => undefined);
    return run;
  }

  applyRetention(): void {
    const { tables, views } = this.database;
    const now = this.database.now();
    if (now < this.#retentionAt + RETENTION_EVERY_MS) return;
    this.#retentionAt = now;
    // First all views take in what they have not seen yet.
    for (const view of views.values()) view.refresh();
    for (const source of [...views.values(), ...tables.values()]) {
      const policy = source.policies.get('retention') as { SoftDeletePeriod?: string } | undefined;
      const span = parseTimespan(policy?.SoftDeletePeriod ?? '');
      if (span !== undefined) source.dropBefore(now - span);
    }
  }

  async close(): Promise<void> {
    this.faults.clear();
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
    this.#proxy.close();
    await this.#ingesting;
    await (this.#own === undefined ? this.#storage?.close() : this.#own.close());
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.on('error', () => {});
    try {
      await this.#answer(incoming, outgoing);
    } catch (error) {
      // A client that went away while its request was read.
      if (outgoing.headersSent || incoming.errored) outgoing.destroy();
      else send(outgoing, errorAnswer(asServiceError(error), this.#context(incoming)));
    }
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const route = await this.#route(incoming);
    const { target, text, database, work } = route;
    const { authorization: _, ...headers } = incoming.headers;
    // Behind the question mark of a blob's or queue's address is its signature.
    const storage = target.startsWith('blob') || target.startsWith('queue');
    const path = storage ? incoming.url!.split('?')[0]! : incoming.url!;
    const request: FaultRequest = { target, method: incoming.method!, path, headers, text, database };
    const logged: LoggedRequest = {
      ...request,
      at: this.database.now(),
      bytes: route.body?.length ?? 0,
      outcome: undefined,
    };
    this.requests.push(logged);
    if (this.requests.length > REQUESTS_MAX) this.requests.shift();
    const context = { ...this.#context(incoming), storage };
    const fault = this.faults.forRequest(request);
    const apply = async () => {
      if (fault === undefined) return false;
      const { do: action } = fault;
      logged.outcome = typeof action === 'string' ? action : 'status' in action ? action.status : undefined;
      return applyFault(action, outgoing, context);
    };
    if (fault?.when !== 'after' && (await apply())) return;
    let answer: Answer;
    try {
      answer = await work(route.body ?? (await readBody(incoming)));
    } catch (error) {
      answer = errorAnswer(asServiceError(error), context);
    }
    if (fault?.when === 'after' && (await apply())) return;
    logged.outcome = answer.status;
    send(outgoing, answer);
  }

  #context(incoming: IncomingMessage): { at: number; clientRequestId: string } {
    return {
      at: this.database.now(),
      clientRequestId: String(incoming.headers['x-ms-client-request-id'] ?? 'unspecified'),
    };
  }

  /** What a request is for. Only those whose target depends on their body are read before a fault may let them hang. */
  async #route(incoming: IncomingMessage): Promise<Route> {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const path = `${incoming.method} ${url.pathname}`;
    if (path === 'GET /v1/rest/auth/metadata') return { ...nowhere, target: 'metadata', work: () => json(metadata) };
    if (path === 'POST /v1/rest/mgmt') return this.#commandRoute(incoming);
    if (path === 'POST /v2/rest/query' || path === 'POST /v1/rest/query')
      return this.#queryRoute(incoming, path.startsWith('POST /v2'));
    const streaming = /^POST \/v1\/rest\/ingest\/([^/]+)\/([^/]+)$/.exec(path);
    if (streaming !== null) {
      const [database, table] = [decodeURIComponent(streaming[1]!), decodeURIComponent(streaming[2]!)];
      return {
        ...nowhere,
        target: 'streaming',
        database,
        work: (body) => this.#stream(incoming, url, database, table, body),
      };
    }
    const stored = this.#storage?.targetOf(url.pathname);
    if (stored === undefined) throw badRequest('BadRequest', `There is no route ${path}.`);
    return {
      ...nowhere,
      target: `${stored.kind}:${stored.index}`,
      work: (body) => this.#store(incoming, stored.kind, body),
    };
  }

  async #commandRoute(incoming: IncomingMessage): Promise<Route> {
    const body = await readBody(incoming);
    const { db: database, csl: text } = parseBody(body);
    const which = /^\s*\.get\s+ingestion\s+resources/.test(text)
      ? 'resources'
      : /^\s*\.get\s+kusto\s+identity\s+token/.test(text)
        ? 'identity'
        : 'command';
    const work = async () => {
      this.#authorize(incoming, text, database);
      if (which === 'resources') return json(commandText(await this.#resources()));
      if (which === 'identity')
        return json(
          commandText({ columns: columnsOf('AuthorizationContext:string'), rows: [['fake-identity-token']] }),
        );
      this.#checkDatabase(database);
      return json(commandText(this.execute(text)));
    };
    return { target: which, text, database, body, work };
  }

  async #queryRoute(incoming: IncomingMessage, framed: boolean): Promise<Route> {
    const body = await readBody(incoming);
    const { db: database, csl: text, parameters } = parseBody(body);
    const work = async () => {
      this.#authorize(incoming, '.show', database);
      this.#checkDatabase(database);
      if (/^\s*\./.test(text))
        throw badRequest('General_BadRequest', 'Syntax error: a control command was sent to the query endpoint.');
      const result = this.execute(text, parameters);
      return json(framed ? queryV2Text(result, this.#context(incoming).clientRequestId) : queryV1Text(result));
    };
    return { target: 'query', text, database, body, work };
  }

  #authorize(incoming: IncomingMessage, command: string, database: string): void {
    authorize(this.principals, incoming.headers.authorization, permissionOf(command), database, this.database.now());
  }

  #checkDatabase(name: string): void {
    if (name !== this.database.name) throw entityNotFound('Database', name);
  }

  async #resources(): Promise<ResultTable> {
    const rows = (await this.#storage?.resources(this.url)) ?? [];
    return { columns: columnsOf('ResourceTypeName:string, StorageRoot:string'), rows };
  }

  #stream(incoming: IncomingMessage, url: URL, database: string, table: string, body: Buffer): Answer {
    const authorization = incoming.headers.authorization;
    authorize(this.principals, authorization, 'ingest', database, this.database.now());
    this.#checkDatabase(database);
    if (!(this.#options.streamingEnabled ?? true)) {
      throw badRequest(
        'BadRequest_StreamingIngestionNotEnabled',
        'Streaming ingestion is not enabled for this cluster.',
      );
    }
    const { searchParams } = url;
    if (searchParams.get('sourceKind') === 'uri')
      throw badRequest('BadRequest', 'Streaming from a blob is not supported by this service.');
    const gzip = incoming.headers['content-encoding'] === 'gzip';
    const request = {
      table,
      format: searchParams.get('streamFormat'),
      mapping: searchParams.get('mappingName'),
      gzip,
      body,
    };
    return json(commandText(streamRows(this.database, request)));
  }

  async #store(incoming: IncomingMessage, kind: 'blob' | 'queue', body: Buffer): Promise<Answer> {
    const origin = kind === 'blob' ? this.#azurite!.blobUrl : this.#azurite!.queueUrl;
    const answer = await this.#proxy.forward(origin, incoming.method!, incoming.url!, incoming.headers, body);
    const messageId = /<MessageId>([^<]+)<\/MessageId>/.exec(kind === 'queue' ? answer.body.toString() : '')?.[1];
    if (messageId !== undefined && incoming.method === 'POST') this.#worker!.arrived(messageId);
    return { ...answer, headers: answer.headers as Record<string, string> };
  }
}

interface Route {
  readonly target: FaultTarget;
  readonly text: string;
  readonly database: string;
  /** Where it had to be read already. */
  readonly body: Buffer | undefined;
  work(body: Buffer): Answer | Promise<Answer>;
}

const nowhere = { text: '', database: '', body: undefined };

const metadata = JSON.stringify({
  AzureAD: {
    LoginEndpoint: 'https://login.microsoftonline.com',
    LoginMfaRequired: false,
    KustoClientAppId: 'db662dc1-0cfe-4e1c-a843-19a68e65be58',
    KustoClientRedirectUri: 'https://microsoft/kustoclient',
    KustoServiceResourceId: 'https://kusto.kusto.windows.net',
    FirstPartyAuthorityUrl: 'https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  },
});

const json = (body: string): Answer => ({ status: 200, body });

function parseBody(body: Buffer): { db: string; csl: string; parameters: Record<string, string> } {
  try {
    const { db, csl, properties } = JSON.parse(body.toString()) as {
      db?: unknown;
      csl?: unknown;
      properties?: unknown;
    };
    const given = (typeof properties === 'string' ? JSON.parse(properties) : properties) as
      | { Parameters?: Record<string, string> }
      | undefined;
    if (typeof csl !== 'string') throw new TypeError('csl is missing');
    return { db: String(db ?? ''), csl, parameters: given?.Parameters ?? {} };
  } catch (cause) {
    throw badRequest('BadRequest', `The request body cannot be read: ${(cause as Error).message}`);
  }
}

function asServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError
    ? error
    : internalError(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
