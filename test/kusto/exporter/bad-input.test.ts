/** What people do to a database while an application sends to it, and what the service refuses: said, mended by what is said, nothing lost. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openKusto } from '../../../src/exporters/kusto/client.ts';
import { probe } from '../../../src/exporters/kusto/probe.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { applySchema } from '../../../src/stores/kusto/schema/apply.ts';
import { type Azurite, startAzurite } from '../service/index.ts';
import { Shop, type ShopOptions } from './shop.ts';

const names = kustoNames();
let azurite: Azurite;
let shop: Shop;
beforeAll(async () => {
  azurite = await startAzurite();
}, 60_000);
afterAll(() => azurite.close());
afterEach(() => shop?.close());

const open = async (options: Omit<ShopOptions, 'azurite'> = {}): Promise<Shop> => {
  shop = await Shop.open({ azurite, ...options });
  return shop;
};
/** What `otel-attribution kusto schema --apply` does. */
async function apply(): Promise<void> {
  const client = await openKusto(shop.options);
  try {
    await applySchema(client, names, { functions: [], package: '0.0.0', now: Date.now });
  } finally {
    await client.close();
  }
}
const APPLY = /otel-attribution kusto schema --apply --cluster http:\/\/127\.0\.0\.1:\d+ --database shop/;
const TWO_MINUTES = 120_000;

test.each(['queued', 'streaming'] as const)(
  'a database that is dropped and made again (%s)',
  async (mode) => {
    const { fake } = await open({ mode });
    shop.measure(3);
    await shop.whole();
    fake.dropDatabase();
    shop.forget();
    shop.measure(2);
    await shop.warning(/The database is not there.*Create it: az kusto database create/);
    fake.createDatabase();
    await shop.warning(new RegExp(`tables and functions of otel-attribution are not in the database.*${APPLY.source}`));
    await apply();
    await shop.whole();
    for (const what of [/The database is not there/, /tables and functions/]) {
      const [first, ...more] = shop.warnings.filter((text) => what.test(text));
      expect(first).toBeDefined();
      // One from whoever sends, one from whoever asks what has arrived, one from the service.
      expect(more.length).toBeLessThanOrEqual(2);
    }
  },
  TWO_MINUTES,
);

describe('the ingestion mapping', () => {
  test.each(['queued', 'streaming'] as const)(
    'dropped (%s)',
    async (mode) => {
      const { fake } = await open({ mode });
      shop.measure(3);
      await shop.whole();
      fake.execute(`.drop table ${names.raw} ingestion json mapping '${names.mapping}'`);
      shop.measure(2);
      await shop.warning(new RegExp(`ingestion mapping of this release is not in the database.*${APPLY.source}`));
      await apply();
      shop.measure(2);
      await shop.whole();
      expect(shop.warnings).toHaveLength(1);
    },
    TWO_MINUTES,
  );

  test(
    'changed by hand, so that parts do not show that they are there',
    async () => {
      const { fake } = await open();
      shop.measure(3);
      await shop.whole();
      const mapping = [{ column: 'Value', Properties: { Path: '$.Value' } }];
      fake.execute(
        `.create-or-alter table ${names.raw} ingestion json mapping '${names.mapping}' '${JSON.stringify(mapping)}'`,
      );
      shop.measure(2);
      await shop.warning(new RegExp(`mapping ${names.mapping} in database 'shop' was changed.*${APPLY.source}`));
      expect(await probe(shop.options)).toMatchObject({ usable: false, text: expect.stringMatching(/was changed/) });
      await apply();
      await shop.whole();
    },
    TWO_MINUTES,
  );

  test(
    'changed before the application starts: nothing is sent that would lose columns',
    async () => {
      const { fake } = await open();
      const mapping = JSON.stringify([
        { column: 'PartId', Properties: { Path: '$.PartId' } },
        { column: 'Row', Properties: { Path: '$.Row' } },
      ]);
      fake.execute(`.create-or-alter table ${names.raw} ingestion json mapping '${names.mapping}' '${mapping}'`);
      shop.measure(2);
      await shop.warning(/was changed: rows would lose columns/);
      expect(fake.database.table(names.raw).rows).toEqual([]);
      await apply();
      await shop.whole();
      expect(shop.warnings).toHaveLength(1);
    },
    TWO_MINUTES,
  );
});

test(
  'views dropped by hand: parts go on arriving, and the views take them in when they are back',
  async () => {
    const { fake } = await open();
    const [rows, ...rollups] = [...fake.database.views.keys()];
    for (const view of [...rollups.reverse(), rows]) fake.execute(`.drop materialized-view ${view}`);
    shop.measure(2);
    await apply();
    shop.measure(2);
    await shop.whole();
  },
  TWO_MINUTES,
);

describe('refused by the service', () => {
  const refuse = (code: string, permanent = true, times = 1) =>
    shop.fake.faults.addHandOver({ do: { refuse: { code, details: 'so it says', permanent } }, times });

  test.each([
    ['General_InternalServerError', false],
    ['Download_SourceNotFound', true],
    ['General_RetryAttemptsExceeded', true],
    ['BadRequest_InvalidKustoIdentityToken', true],
  ])(
    '%s: it is sent again, and nothing is said',
    async (code, permanent) => {
      await open();
      refuse(code, permanent);
      shop.measure(2);
      await shop.whole();
      expect(shop.warnings).toEqual([]);
    },
    TWO_MINUTES,
  );

  test.each([
    ['BadRequest_ZeroRetentionPolicyWithNoUpdatePolicy', /\.alter-merge table AttributionRaw policy retention/],
    ['UpdatePolicy_QuerySchemaDoesNotMatchTableSchema', /\.delete table AttributionRaw policy update/],
    ['BadRequest_TableNotExist', APPLY],
    ['BadRequest_DataCapacityLimitReached', /Azure's support/],
  ])(
    '%s: it waits, and what mends it is said once',
    async (code, command) => {
      await open();
      const stop = refuse(code, true, 1_000);
      shop.measure(2);
      shop.measure(2);
      const said = await shop.warning(/did not ingest/);
      expect(said).toContain(`${code}: so it says`);
      expect(said).toMatch(command);
      stop();
      await shop.whole();
      expect(shop.warnings).toHaveLength(1);
    },
    TWO_MINUTES,
  );

  test.each(['BadRequest_InvalidBlob', 'Stream_InputStreamTooLarge', 'BadRequest_SyntaxError'])(
    '%s: it is set aside with the reason, and others go on',
    async (code) => {
      await open();
      refuse(code);
      shop.measure(2);
      const said = await shop.warning(/was set aside/);
      expect(said).toContain(`${code}: so it says`);
      expect(await shop.setAside()).toEqual([expect.stringContaining(`${code}: so it says`)]);
      expect(shop.warnings).toHaveLength(1);
    },
    TWO_MINUTES,
  );
});
