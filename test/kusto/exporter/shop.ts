/** An application that measures and sends, by the real pipeline, to a fake of the service with roles; and what is in either. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../src/exporters/kusto/options.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { Pipeline } from '../../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { applySchema } from '../schema/apply.ts';
import { type Azurite, type FakeKusto, startFakeKusto } from '../service/index.ts';
import type { Role } from '../service/principals.ts';

const names = kustoNames();
const PATIENCE_MS = 60_000;

export const ALL: readonly Role[] = ['Ingestor', 'Viewer', 'Monitor'];
export const APP = 'aadapp=11111111-1111-4111-8111-111111111111;22222222-2222-4222-8222-222222222222';
/** As Microsoft Entra makes them, without a signature. */
export const TOKEN = ['{}', JSON.stringify({ idtyp: 'app', appid: APP.slice(7, 43), tid: APP.slice(44) }), '-']
  .map((text) => Buffer.from(text).toString('base64url'))
  .join('.');

export interface ShopOptions {
  readonly azurite: Azurite;
  readonly mode?: KustoOptions['mode'];
  /** Of the application; undefined: the service asks nobody who they are. */
  readonly roles?: readonly Role[] | undefined;
  readonly failuresHidden?: boolean;
}

export class Shop {
  readonly fake: FakeKusto;
  readonly warnings: string[] = [];
  readonly options: KustoOptions;
  /** While it is true, what was handed over is not ingested. */
  lagging = false;
  readonly #directory: string;
  readonly #pipeline: Pipeline;
  readonly #dictionary = new Dictionary();
  readonly #ingesting: Promise<void>;
  #measured = 0;
  #ended = false;

  static async open({ azurite, mode = 'queued', roles, failuresHidden }: ShopOptions): Promise<Shop> {
    const principals = roles && new Map([[TOKEN, { name: APP, roles }]]);
    const fake = await startFakeKusto({
      azurite,
      database: 'shop',
      ...(principals && { principals }),
      failuresHidden: failuresHidden ?? false,
    });
    await applySchema((command) => fake.execute(command), names);
    return new Shop(fake, await mkdtemp(path.join(tmpdir(), 'attribution-shop-')), {
      cluster: fake.url,
      database: 'shop',
      mode,
      auth: roles === undefined ? 'none' : { token: async () => TOKEN },
      timeoutMs: 10_000,
    });
  }

  private constructor(fake: FakeKusto, directory: string, options: KustoOptions) {
    this.fake = fake;
    this.options = options;
    this.#directory = directory;
    const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void this.warnings.push(text) };
    this.#pipeline = new Pipeline({
      exporters: [new KustoExporter(options, { logger, batchingMs: 30 })],
      queue: createPartQueue({ directory }),
      accounts: new Accounts(),
      dictionary: this.#dictionary,
      windowSeconds: 60,
      service: () => 'shop',
      mappingHash: 'test',
      packageVersion: '0.0.0',
      logger,
      instance: randomUUID(),
      delivery: { backoffMs: 20, backoffMaxMs: 100, confirmMs: 30 },
    });
    this.#pipeline.start();
    this.#ingesting = this.#ingest();
  }

  /** One part, of as many rows. */
  measure(rows: number): void {
    const measure = this.#dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's', '');
    const window = Math.floor(Date.now() / 60_000);
    for (let row = 0; row < rows; row++) {
      const origin = this.#dictionary.origin('shop', 'shop', `GET /${this.#measured++}`, '');
      this.#pipeline.table.add(window, origin, measure, 1);
    }
    this.#pipeline.rotate();
  }

  /** Waits until every row that was measured is counted once in the database, and nothing waits; nothing was set aside. */
  async whole(): Promise<void> {
    const counted = `${names.rows} | where Target == "postgresql://db/shop" | summarize n = count(), v = sum(Value)`;
    const wanted = JSON.stringify([this.#measured, this.#measured]);
    let found = '';
    await until(
      async () => {
        found = JSON.stringify(this.fake.execute(counted).rows[0]);
        return found === wanted && (await this.#waiting()).length === 0;
      },
      () => `measured: ${wanted}, in the database: ${found}; warnings: ${this.warnings.join('\n')}`,
    );
    const asides = await this.setAside();
    if (asides.length > 0) throw new Error(`set aside: ${asides.join('\n')}`);
  }

  /** What was measured so far is no part of what `whole` counts: somebody dropped it. */
  forget(): void {
    this.#measured = 0;
  }

  /** The first warning that fits; waits for it. */
  async warning(pattern: RegExp): Promise<string> {
    await until(
      async () => this.warnings.some((text) => pattern.test(text)),
      () => `no warning ${pattern}: ${this.warnings.join('\n')}`,
    );
    return this.warnings.find((text) => pattern.test(text))!;
  }

  /** Why parts are in the quarantine. */
  async setAside(): Promise<string[]> {
    const folder = path.join(this.#directory, 'quarantine', 'kusto');
    const reasons = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.reason.txt'));
    return Promise.all(reasons.map((name) => readFile(path.join(folder, name), 'utf8')));
  }

  async close(): Promise<void> {
    await this.#pipeline.shutdown(2_000);
    this.#ended = true;
    await this.#ingesting;
    await this.fake.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #waiting(): Promise<string[]> {
    const files = await readdir(path.join(this.#directory, 'kusto')).catch(() => []);
    return files.filter((name) => name.includes('.json.zst'));
  }

  async #ingest(): Promise<void> {
    while (!this.#ended) {
      if (!this.lagging) await this.fake.ingestPending({ now: true });
      await sleep(10);
    }
  }
}

async function until(condition: () => Promise<boolean>, otherwise: () => string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await condition()); await sleep(20))
    if (performance.now() > end) throw new Error(otherwise());
}

/** The KQL command in a text that grants a role. */
export function grantIn(text: string): string {
  const command = /\.add database \['shop'\] \w+ \('[^']+'\)/.exec(text)?.[0];
  if (command === undefined) throw new Error(`no command in: ${text}`);
  return command;
}
