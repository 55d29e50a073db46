/**
 * A protocol fake of a Kusto cluster for tests: engine and data management on one loopback port, blobs and queues in Azurite behind it.
 * The client side is the real SDK.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Azurite, startAzurite } from './azurite.ts';
import { executeCommand } from './commands/index.ts';
import { FakeDatabase, type IngestionFailure } from './database.ts';
import { type FaultRequest, Faults } from './faults.ts';
import { type Answer, applyFault, errorAnswer, readBody, send, withoutRows } from './http.ts';
import { type IngestSummary, IngestWorker } from './ingest-worker.ts';
import { changesRoles, type Principals, type Role, withoutRoles, withRoles } from './principals.ts';
import { QueryEngine } from './query-engine.ts';
import { clientRequestId, Routes } from './routes.ts';
import { internalError, ServiceError } from './service-error.ts';
import { Storage } from './storage.ts';
import { StorageProxy } from './storage-proxy.ts';
import { parseTimespan, type ResultTable } from './values.ts';

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
  /**
   * Whoever lacks the role Monitor gets an empty list of failures instead of a refusal, as in `.show streamingingestion failures`, which
   * shows each what is their own. Default false.
   */
  readonly failuresHidden?: boolean;
}

export interface LoggedRequest extends FaultRequest {
  /** On the service's clock. */
  readonly at: number;
  /** Of the body as it came. */
  bytes: number;
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
  /** Gives the bearer of a token these roles on the database, and no others. The commands `.add database` and `.drop database` do so too. */
  setRoles(token: string, roles: readonly Role[]): void;
  /** With all that is in it, and everybody's roles on it. */
  dropDatabase(): void;
  /** Makes it anew: empty, and nobody has a role on it. */
  createDatabase(): void;
  /** All that ever came in. */
  readonly requestCount: number;
  /** Requests being worked on: each ends by itself. */
  readonly underWay: number;
  /** Requests that a fault never answers, until their client gives up. */
  readonly hanging: number;
  /** On the service's clock: when `ingestPending` next has something to do; Infinity when nothing is in the queues. */
  readonly ingestDueAt: number;
  /** In process, without the network: a query or a command. Parameters are KQL literals as text. @throws ServiceError */
  execute(text: string, parameters?: Readonly<Record<string, string>>): ResultTable;
  /** Blobs and queues answer 403 to all keys (signatures) given so far; those of the next `.get ingestion resources` are good. */
  expireKeys(): void;
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
  requestCount = 0;
  underWay = 0;
  hanging = 0;
  readonly #options: FakeKustoOptions;
  readonly #storage: Storage | undefined;
  readonly #own: Azurite | undefined;
  readonly #engine: QueryEngine;
  readonly #worker: IngestWorker | undefined;
  readonly #proxy: StorageProxy | undefined;
  readonly #routes: Routes;
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
    this.#storage = storage;
    this.#own = own;
    this.principals = options.principals;
    this.database = new FakeDatabase(options.database ?? 'Telemetry', options.now ?? Date.now);
    this.#engine = new QueryEngine(this.database);
    this.#worker = storage && new IngestWorker(this.database, storage, this.faults, () => this.principals);
    this.#proxy = azurite && new StorageProxy(azurite, (messageId) => this.#worker?.arrived(messageId));
    this.#routes = new Routes(this, {
      streamingEnabled: this.#streamingEnabled,
      failuresHidden: options.failuresHidden ?? false,
      storage,
      proxy: this.#proxy,
    });
  }

  get #streamingEnabled(): boolean {
    return this.#options.streamingEnabled ?? true;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get failures(): readonly IngestionFailure[] {
    return this.database.failures;
  }

  get ingestDueAt(): number {
    return this.#worker?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  execute(text: string, parameters: Readonly<Record<string, string>> = {}): ResultTable {
    this.applyRetention();
    if (!/^\s*(\/\/[^\n]*\n\s*)*\./.test(text)) return this.#engine.query(text, parameters);
    const { database } = this;
    if (changesRoles(text)) {
      this.principals = withRoles(this.principals, text, database.name);
      return executeCommand('.show database principals', this.#runner());
    }
    return executeCommand(text, this.#runner());
  }

  #runner() {
    return {
      database: this.database,
      run: this.#engine.runOverRows,
      streamingEnabled: this.#streamingEnabled,
    };
  }

  setRoles(token: string, roles: readonly Role[]): void {
    const principal = this.principals?.get(token);
    if (principal === undefined) throw new Error(`nobody has the token ${token}`);
    this.principals = new Map(this.principals).set(token, { ...principal, roles });
  }

  dropDatabase(): void {
    this.database.drop();
    this.principals = withoutRoles(this.principals);
  }

  createDatabase(): void {
    this.database.create();
  }

  expireKeys(): void {
    this.#storage?.expireKeys();
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
    this.#proxy?.close();
    await this.#ingesting;
    await (this.#own === undefined ? this.#storage?.close() : this.#own.close());
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.on('error', () => {});
    this.requestCount++;
    this.underWay++;
    try {
      await this.#answer(incoming, outgoing);
    } catch (error) {
      // A client that went away while its request was read.
      if (outgoing.headersSent || incoming.errored) outgoing.destroy();
      else send(outgoing, errorAnswer(asServiceError(error), this.#context(incoming)));
    } finally {
      this.underWay--;
    }
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const route = await this.#routes.find(incoming);
    const { target, text, database, work } = route;
    const { authorization: _, ...headers } = incoming.headers;
    // Behind the question mark of a blob's or queue's address is its signature.
    const storage = target.startsWith('blob') || target.startsWith('queue');
    const path = storage ? incoming.url!.split('?')[0]! : incoming.url!;
    const request: FaultRequest = { target, method: incoming.method!, path, headers, text, database };
    const logged: LoggedRequest = {
      ...request,
      at: this.database.now(),
      bytes: 0,
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
      if (action === 'hang' && !outgoing.destroyed) {
        this.hanging++;
        outgoing.once('close', () => this.hanging--);
      }
      return applyFault(action, outgoing, context);
    };
    const late = typeof fault?.do === 'object' && !('status' in fault.do);
    let body = late ? (route.body ?? (await readBody(incoming))) : route.body;
    logged.bytes = body?.length ?? 0;
    if (fault?.when !== 'after' && (await apply())) return;
    let answer: Answer;
    try {
      body ??= await readBody(incoming);
      logged.bytes = body.length;
      answer = await work(body);
      if (typeof fault?.do === 'object' && 'without' in fault.do) answer = withoutRows(answer, fault.do.without);
    } catch (error) {
      answer = errorAnswer(asServiceError(error), context);
    }
    if (fault?.when === 'after' && (await apply())) return;
    logged.outcome = answer.status;
    send(outgoing, answer);
  }

  #context(incoming: IncomingMessage): { at: number; clientRequestId: string } {
    return { at: this.database.now(), clientRequestId: clientRequestId(incoming) };
  }
}

function asServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError
    ? error
    : internalError(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
