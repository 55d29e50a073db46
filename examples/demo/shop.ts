/** The whole shop: a database and two services, each a process started as a user of `otel-attribution` would start it. */
import { fileURLToPath } from 'node:url';
import type { BookEntry } from './books.ts';
import { start } from './child.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** `otel-attribution/register` where the package is installed. */
const REGISTER = new URL('../../src/register.ts', import.meta.url).href;

/** The caller's own OpenTelemetry settings are for other programs. */
const clean = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith('OTEL_'))
    .map((name) => [name, '']),
);

export interface Shop {
  readonly databaseUrl: string;
  readonly storefrontUrl: string;
  readonly paymentsUrl: string;
  /** Ends every process in order; resolves with the books of both services. */
  stop(): Promise<BookEntry[]>;
}

/**
 * @param directory where both services write their parts. @param port of the database, and the next one of payments; others if they are taken.
 * @param settings further variables for both services.
 */
export async function openShop(
  directory: string,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Shop> {
  const database = await start('database', [file('database.ts')], { ...clean, PORT: String(port) });
  const databaseUrl = `postgresql://shop:shop@127.0.0.1:${database.ready.port}/shop`;
  const service = (name: string, env: Record<string, string>) =>
    start(name, ['--import', REGISTER, file(`${name}.ts`)], {
      ...clean,
      OTEL_SERVICE_NAME: name,
      OTEL_ATTRIBUTION_CONFIG_FILE: file('attribution.yaml'),
      OTEL_ATTRIBUTION_DIRECTORY: directory,
      DATABASE_URL: databaseUrl,
      ...settings,
      ...env,
    });
  const payments = await service('payments', { PORT: String(port === 0 ? 0 : port + 1) });
  const storefront = await service('storefront', { PAYMENTS_URL: `http://127.0.0.1:${payments.ready.port}` });
  return {
    databaseUrl,
    paymentsUrl: `http://127.0.0.1:${payments.ready.port}`,
    storefrontUrl: `http://127.0.0.1:${storefront.ready.port}`,
    async stop() {
      const books: BookEntry[] = [];
      for (const child of [storefront, payments]) {
        const last = (await child.stop()) as { books: BookEntry[] } | undefined;
        if (last === undefined) throw new Error(`${child.name} ended without its books`);
        books.push(...last.books);
      }
      await database.stop();
      return books;
    },
  };
}
