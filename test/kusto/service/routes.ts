/** What each request is for and what answers it. */
import type { IncomingMessage } from 'node:http';
import type { FakeKusto } from './fake-kusto.ts';
import type { FaultTarget } from './faults.ts';
import { type Answer, expiredKey, readBody } from './http.ts';
import {
  authorize,
  identityTokenOf,
  may,
  type Permission,
  type Principal,
  permissionOf,
  rolesOf,
} from './principals.ts';
import { badRequest, entityNotFound } from './service-error.ts';
import type { Storage } from './storage.ts';
import type { StorageProxy } from './storage-proxy.ts';
import { streamRows } from './streaming.ts';
import { columnsOf, type ResultTable } from './values.ts';
import { commandText, queryV1Text, queryV2Text } from './wire.ts';

export interface Route {
  readonly target: FaultTarget;
  /** Of a query or command. */
  readonly text: string;
  readonly database: string;
  /** Where it had to be read already. */
  readonly body: Buffer | undefined;
  /** @throws ServiceError */
  work(body: Buffer): Answer | Promise<Answer>;
}

interface Behind {
  readonly streamingEnabled: boolean;
  readonly failuresHidden: boolean;
  readonly storage: Storage | undefined;
  readonly proxy: StorageProxy | undefined;
}

const nowhere = { text: '', database: '', body: undefined };

export class Routes {
  readonly #fake: Pick<FakeKusto, 'url' | 'database' | 'principals' | 'execute'>;
  readonly #behind: Behind;

  constructor(fake: Pick<FakeKusto, 'url' | 'database' | 'principals' | 'execute'>, behind: Behind) {
    this.#fake = fake;
    this.#behind = behind;
  }

  /** Only what a request is for by its body is read here: the others may hang before. @throws ServiceError */
  async find(incoming: IncomingMessage): Promise<Route> {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const path = `${incoming.method} ${url.pathname}`;
    switch (path) {
      case 'GET /v1/rest/auth/metadata':
        return { ...nowhere, target: 'metadata', work: () => json(metadata) };
      case 'POST /v1/rest/mgmt':
        return this.#command(incoming);
      case 'POST /v1/rest/query':
        return this.#query(incoming, queryV1Text);
      case 'POST /v2/rest/query':
        return this.#query(incoming, (result) => queryV2Text(result, clientRequestId(incoming)));
    }
    return this.#streaming(incoming, url, path) ?? this.#stored(incoming, url, path);
  }

  async #command(incoming: IncomingMessage): Promise<Route> {
    const body = await readBody(incoming);
    const { db: database, csl: text } = parseBody(body);
    const target = commandTarget(text);
    const work = async () => {
      const needs = permissionOf(text);
      const hidden = needs === 'monitor' && this.#behind.failuresHidden;
      const who = this.#authorize(incoming, hidden ? 'roles' : needs, database);
      const { columns, rows } = await this.#commandResult(target, text, database, who);
      const visible = !hidden || who === undefined || may(who, 'monitor');
      return json(commandText({ columns, rows: visible ? rows : [] }));
    };
    return { target, text, database, body, work };
  }

  async #commandResult(
    target: FaultTarget,
    text: string,
    database: string,
    who: Principal | undefined,
  ): Promise<ResultTable> {
    switch (target) {
      case 'resources': {
        const rows = (await this.#behind.storage?.resources(this.#fake.url)) ?? [];
        return { columns: columnsOf('ResourceTypeName:string, StorageRoot:string'), rows };
      }
      case 'identity':
        return { columns: columnsOf('AuthorizationContext:string'), rows: [[identityTokenOf(who)]] };
      default:
        this.#checkDatabase(database);
        if (permissionOf(text) === 'roles') return rolesOf(who, database);
        return this.#fake.execute(text);
    }
  }

  async #query(incoming: IncomingMessage, encode: (result: ResultTable) => string): Promise<Route> {
    const body = await readBody(incoming);
    const { db: database, csl: text, parameters } = parseBody(body);
    const work = () => {
      this.#authorize(incoming, 'read', database);
      this.#checkDatabase(database);
      if (/^\s*\./.test(text)) {
        throw badRequest('General_BadRequest', 'Syntax error: a control command was sent to the query endpoint.');
      }
      return json(encode(this.#fake.execute(text, parameters)));
    };
    return { target: 'query', text, database, body, work };
  }

  #streaming(incoming: IncomingMessage, { searchParams }: URL, path: string): Route | undefined {
    const names = /^POST \/v1\/rest\/ingest\/([^/]+)\/([^/]+)$/.exec(path);
    if (names === null) return undefined;
    const [database, table] = names.slice(1).map(decodeURIComponent) as [string, string];
    const work = (body: Buffer) => {
      this.#authorize(incoming, 'ingest', database);
      this.#checkDatabase(database);
      if (!this.#behind.streamingEnabled) {
        const detail = 'Streaming ingestion is not enabled for this cluster.';
        throw badRequest('BadRequest_StreamingIngestionNotEnabled', detail);
      }
      if (searchParams.get('sourceKind') === 'uri') {
        throw badRequest('BadRequest', 'Streaming from a blob is not supported by this service.');
      }
      const [format, mapping] = [searchParams.get('streamFormat'), searchParams.get('mappingName')];
      const gzip = incoming.headers['content-encoding'] === 'gzip';
      return json(commandText(streamRows(this.#fake.database, { table, format, mapping, gzip, body })));
    };
    return { ...nowhere, target: 'streaming', database, work };
  }

  #stored(incoming: IncomingMessage, { pathname, searchParams }: URL, path: string): Route {
    const { storage, proxy } = this.#behind;
    const stored = storage?.targetOf(pathname);
    if (stored === undefined) throw badRequest('BadRequest', `There is no route ${path}.`);
    const { kind, index } = stored;
    return {
      ...nowhere,
      target: `${kind}:${index}`,
      work: (body) =>
        storage!.isExpired(searchParams.get('se')) ? expiredKey() : proxy!.forward(kind, incoming, body),
    };
  }

  #authorize({ headers }: IncomingMessage, permission: Permission, database: string) {
    return authorize(this.#fake.principals, headers.authorization, permission, database, this.#fake.database.now());
  }

  #checkDatabase(name: string): void {
    if (name !== this.#fake.database.name || !this.#fake.database.exists) throw entityNotFound('Database', name);
  }
}

export function clientRequestId({ headers }: IncomingMessage): string {
  return String(headers['x-ms-client-request-id'] ?? 'unspecified');
}

function commandTarget(text: string): 'resources' | 'identity' | 'command' {
  if (/^\s*\.get\s+ingestion\s+resources\b/.test(text)) return 'resources';
  return /^\s*\.get\s+kusto\s+identity\s+token\b/.test(text) ? 'identity' : 'command';
}

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

interface QueryBody {
  readonly db?: unknown;
  readonly csl?: unknown;
  readonly properties?: unknown;
}

function parseBody(body: Buffer): { db: string; csl: string; parameters: Record<string, string> } {
  try {
    const { db, csl, properties } = JSON.parse(body.toString()) as QueryBody;
    const given: unknown = typeof properties === 'string' ? JSON.parse(properties) : properties;
    if (typeof csl !== 'string') throw new TypeError('csl is missing');
    const { Parameters: parameters = {} } = (given ?? {}) as { Parameters?: Record<string, string> };
    return { db: String(db ?? ''), csl, parameters };
  } catch (cause) {
    throw badRequest('BadRequest', `The request body cannot be read: ${(cause as Error).message}`);
  }
}
