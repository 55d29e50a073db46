/**
 * What each instrumentation patches, and how an application meets it. A look uses the library as an application does, so
 * that a span is made (`spans`), or, where that takes a server, returns the functions that have to be wrapped by now.
 * Runs in the application's process; it must not load any library itself, since loading is what is tested.
 */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: libraries of every kind, each used in a line or two.
export type Library = any;

export interface Look {
  /** What the application loads. */
  readonly library: string;
  /** Ways that lead to nothing that is patched, each with the reason. */
  readonly absent?: Partial<Record<How, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The install it is taken from; where the newest release is not supported yet, an older one of the repository. */
  readonly from?: 'instrumentations' | 'repository';
  /** Uses it. The instrumentation must have made a span by its end. */
  readonly spans?: (library: Library) => unknown;
  /** Functions that the instrumentation wraps. */
  readonly wrapped?: (library: Library, internal: Internal) => unknown[];
}

export type How = 'require' | 'named' | 'default';

/** Exports of a file of the library that is loaded already; loading it here would have it patched here. */
type Internal = (file: string) => Library;

/** Nobody listens there. */
const CLOSED = 1;
const HOST = '127.0.0.1';

/** Ways that a library does not offer, as far as that shows. */
export const NO_DEFAULT = 'it has no default export';
export const NO_NAMES = 'no names of it can be imported';

export const LOOKS: Readonly<Record<string, Look>> = {
  amqplib: {
    library: 'amqplib',
    wrapped: (_, internal) => [
      internal('amqplib/lib/connect.js').connect,
      internal('amqplib/lib/channel_model.js').Channel.prototype.consume,
    ],
  },
  'aws-sdk': {
    library: '@aws-sdk/client-s3',
    spans: ({ S3Client, ListBucketsCommand }) =>
      new S3Client({
        region: 'eu-west-1',
        endpoint: `http://${HOST}:${CLOSED}`,
        maxAttempts: 1,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      })
        .send(new ListBucketsCommand({}))
        .catch(() => {}),
  },
  bunyan: { library: 'bunyan', wrapped: ({ createLogger }) => [createLogger({ name: 'a' })._emit] },
  'cassandra-driver': { library: 'cassandra-driver', wrapped: ({ Client }) => [Client.prototype._execute] },
  connect: {
    library: 'connect',
    spans: (connect) => {
      const app = connect();
      app.use('/', (_: unknown, response: Library) => response.end());
      return visit(http().createServer(app));
    },
  },
  cucumber: { library: '@cucumber/cucumber', wrapped: ({ Given, When, Before }) => [Given, When, Before] },
  dataloader: {
    library: 'dataloader',
    spans: (DataLoader) => new DataLoader(async (keys: number[]) => keys).load(1),
  },
  dns: { library: 'node:dns', spans: ({ lookup }) => new Promise((done) => lookup('localhost', done)) },
  express: {
    library: 'express',
    absent: { named: 'what it exports by name makes no application' },
    spans: (express) => visit(http().createServer(express().get('/', (_: unknown, res: Library) => res.end()))),
  },
  fs: {
    library: 'node:fs',
    env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'fs' },
    spans: ({ readFile }) => new Promise((done) => readFile(import.meta.filename, done)),
  },
  'generic-pool': {
    library: 'generic-pool',
    spans: ({ createPool }) => createPool({ create: async () => ({}), destroy: async () => {} }).acquire(),
  },
  graphql: {
    library: 'graphql',
    from: 'repository',
    spans: ({ buildSchema, graphql }) => graphql({ schema: buildSchema('type Query { a: Int }'), source: '{ a }' }),
  },
  grpc: {
    library: '@grpc/grpc-js',
    spans: ({ loadPackageDefinition, credentials }) => {
      const bytes = () => Buffer.alloc(0);
      const get = { path: '/shop.Items/Get', requestStream: false, responseStream: false };
      const method = { ...get, requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes };
      const { shop } = loadPackageDefinition({ 'shop.Items': { Get: { ...method, responseDeserialize: bytes } } });
      const client = new shop.Items(`${HOST}:${CLOSED}`, credentials.createInsecure());
      return new Promise((done) => client.Get({}, done));
    },
  },
  hapi: {
    library: '@hapi/hapi',
    spans: async ({ server }) => {
      const app = server({ port: 0, host: HOST });
      app.route({ method: 'GET', path: '/', handler: () => 'ok' });
      await app.start();
      await visit(app.listener);
    },
  },
  http: {
    library: 'node:http',
    spans: ({ createServer, get }) => {
      const server = createServer((_: unknown, response: Library) => response.end());
      return new Promise<void>((done) => {
        server.listen(0, HOST, () =>
          get(`http://${HOST}:${portOf(server)}/`, (res: Library) => res.resume().on('end', done)),
        );
      });
    },
  },
  ioredis: {
    library: 'ioredis',
    wrapped: (lib) => [(lib.Redis ?? lib).prototype.sendCommand, (lib.Redis ?? lib).prototype.connect],
  },
  kafkajs: {
    library: 'kafkajs',
    wrapped: ({ Kafka }) => [Kafka.prototype.producer, new Kafka({ brokers: [`${HOST}:${CLOSED}`] }).producer().send],
  },
  knex: {
    library: 'knex',
    wrapped: (lib) => {
      const { client } = lib({ client: 'pg' });
      return [client.schemaBuilder, client.raw];
    },
  },
  koa: {
    library: 'koa',
    absent: { named: 'the application is its default export' },
    spans: (Koa) => {
      const app = new Koa();
      app.use(async (context: Library) => {
        context.body = 'ok';
      });
      return visit(http().createServer(app.callback()));
    },
  },
  'lru-memoizer': {
    library: 'lru-memoizer',
    // It binds callbacks to their context and makes no span; the function it puts in the place has no mark.
    wrapped: (lib, internal) => [lib === internal('lru-memoizer/lib/index.js') ? undefined : WRAPPED],
  },
  memcached: {
    library: 'memcached',
    spans: (Memcached) => new Promise((done) => new Memcached(`${HOST}:${CLOSED}`, { retries: 0 }).get('key', done)),
  },
  mongodb: {
    library: 'mongodb',
    wrapped: (_, internal) => [
      internal('mongodb/lib/cmap/connection.js').Connection.prototype.command,
      internal('mongodb/lib/cmap/connect.js').connect,
    ],
  },
  mongoose: { library: 'mongoose', wrapped: ({ Query, Model }) => [Query.prototype.exec, Model.prototype.save] },
  mysql: {
    library: 'mysql',
    spans: async ({ createConnection, createPool }) => {
      await new Promise((done) => createPool({ host: HOST, port: CLOSED }).query('SELECT 1', done));
      await new Promise((done) => createConnection({ host: HOST, port: CLOSED }).query('SELECT 1', done));
    },
  },
  mysql2: {
    library: 'mysql2',
    spans: ({ createConnection }) =>
      new Promise((done) => {
        const connection = createConnection({ host: HOST, port: CLOSED });
        connection.on('error', done);
        connection.query('SELECT 1', done);
      }),
  },
  'nestjs-core': { library: '@nestjs/core', wrapped: ({ NestFactory }) => [NestFactory.create] },
  net: {
    library: 'node:net',
    spans: ({ connect }) => new Promise((done) => connect(CLOSED, HOST).on('error', done)),
  },
  openai: { library: 'openai', wrapped: (lib) => [(lib.OpenAI ?? lib).Chat.Completions.prototype.create] },
  oracledb: {
    library: 'oracledb',
    wrapped: ({ traceHandler }) => [traceHandler.isEnabled() ? WRAPPED : undefined],
  },
  pg: {
    library: 'pg',
    spans: async ({ Client, Pool }) => {
      await new Client({ host: HOST, port: CLOSED }).connect().catch(() => {});
      await new Pool({ host: HOST, port: CLOSED }).query('SELECT 1').catch(() => {});
    },
  },
  pino: {
    library: 'pino',
    // Trace ids get into the log lines, and no span is made; the function it puts in the place has no mark.
    wrapped: (lib, internal) => [(lib.pino ?? lib) === internal('pino/pino.js') ? undefined : WRAPPED],
  },
  redis: {
    library: 'redis',
    spans: async ({ createClient }) => {
      const client = createClient({ socket: { host: HOST, port: CLOSED, reconnectStrategy: false } });
      client.on('error', () => {});
      await client.connect().catch(() => {});
    },
  },
  restify: {
    library: 'restify',
    spans: ({ createServer }) => {
      const app = createServer();
      app.get('/', (_: unknown, response: Library, next: () => void) => {
        response.send('ok');
        next();
      });
      return visit(app.server);
    },
  },
  router: {
    library: 'router',
    absent: { named: 'what it exports by name makes no router' },
    spans: (Router) => {
      const router = new Router();
      router.get('/', (_: unknown, response: Library) => response.end());
      return visit(http().createServer((req: unknown, res: Library) => router(req, res, () => res.end())));
    },
  },
  'socket.io': { library: 'socket.io', wrapped: ({ Socket }) => [Socket.prototype.on, Socket.prototype.emit] },
  tedious: { library: 'tedious', wrapped: ({ Connection }) => [Connection.prototype.execSql] },
  undici: {
    library: 'undici',
    spans: ({ request }) => request(`http://${HOST}:${CLOSED}/`).catch(() => {}),
  },
  winston: {
    library: 'winston',
    wrapped: (_, internal) => [internal('winston/lib/winston/logger.js').prototype.write],
  },
};

/** Those that patch no library that an application loads. */
export const WITHOUT_LIBRARY: Readonly<Record<string, string>> = {
  'aws-lambda': 'patches the handler that the Lambda runtime names, not a library',
  'host-metrics': 'measures the host, patches nothing',
  'runtime-node': 'measures Node.js itself, patches nothing',
};

/** Stands for a function that has no mark but is another one than the library's. */
const WRAPPED = Object.assign(() => {}, { __wrapped: true });

function http(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** One request to a server, which is started if it is not yet. */
async function visit(server: Server): Promise<void> {
  if (!server.listening) await new Promise<void>((done) => server.listen(0, HOST, done));
  await new Promise<void>((done) => {
    http().get(`http://${HOST}:${portOf(server)}/`, (response) => response.resume().on('end', done));
  });
}

export const MARK = 'look:';
/** A library that never calls back does not hold up the others. */
const LOOK_MS = 8_000;
/** Spans end a moment after the callback that tells us. */
const SETTLE_MS = 50;

export interface Found {
  readonly how: How;
  /** '' when nothing is wrong; whether there were spans is seen by who reads what the exporter printed. */
  readonly reason: string;
}

/** Prints what was found, after what the exporter printed of it. `exported`: what the application got. */
export async function look(name: string, how: How, exported: Library): Promise<void> {
  const { library } = LOOKS[name]!;
  let reason = '';
  try {
    const subject = how === 'named' ? named(exported) : exported;
    if (subject === undefined) reason = NO_DEFAULT;
    else if (how === 'named' && Object.keys(subject).length === 0) reason = NO_NAMES;
    else reason = await use(LOOKS[name]!, subject);
  } catch (error) {
    reason = `${library} could not be used: ${(error as Error).message.split('\n')[0]}`;
  }
  await new Promise((done) => process.stdout.write(`\n${MARK}${JSON.stringify({ how, reason })}\n`, done));
}

function named({ default: _, 'module.exports': __, ...names }: Library): Library {
  return names;
}

async function use({ spans, wrapped }: Look, subject: Library): Promise<string> {
  if (spans !== undefined) {
    await Promise.race([spans(subject), new Promise((done) => setTimeout(done, LOOK_MS))]);
    await new Promise((done) => setTimeout(done, SETTLE_MS));
  }
  const bare = wrapped?.(subject, internal).filter((one) => (one as Library)?.__wrapped !== true) ?? [];
  return bare.length === 0 ? '' : `${bare.length} of its functions are not wrapped`;
}

function internal(file: string): Library {
  const { cache } = createRequire(import.meta.url);
  const found = Object.keys(cache).find((loaded) => loaded.endsWith(`/node_modules/${file}`));
  if (found === undefined) throw new Error(`${file} is not loaded`);
  return cache[found]!.exports;
}
