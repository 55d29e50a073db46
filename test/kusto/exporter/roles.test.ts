/** Roles that are missing: at the start, and taken away while the application runs. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { principalOfToken } from '../../../src/exporters/kusto/identity.ts';
import { probe } from '../../../src/exporters/kusto/probe.ts';
import { type Azurite, startAzurite } from '../service/index.ts';
import { ALL, APP, grantIn, Shop, type ShopOptions, TOKEN } from './shop.ts';

let azurite: Azurite;
let shop: Shop;
beforeAll(async () => {
  azurite = await startAzurite();
}, 60_000);
afterAll(() => azurite.close());
afterEach(() => shop?.close());

const open = async (options: Omit<ShopOptions, 'azurite'>): Promise<Shop> => {
  shop = await Shop.open({ azurite, ...options });
  return shop;
};

const groups = { Ingestor: 'ingestors', Viewer: 'viewers', Monitor: 'monitors' } as const;
type ApplicationRole = keyof typeof groups;
const each = Object.keys(groups) as ApplicationRole[];
const saysOf = (role: ApplicationRole): RegExp =>
  new RegExp(
    `${APP}, lacks the role ${role} on the database 'shop'.*Without it .*--principal-id ${APP.slice(7, 43)} --tenant-id ${APP.slice(44)} --role ${role}; or in KQL: \\.add database \\['shop'\\] ${groups[role]} \\('${APP}'\\)`,
  );

describe('a probe', () => {
  test('with every role says which they are', async () => {
    const { options } = await open({ roles: ALL });
    expect(await probe(options)).toEqual({
      usable: true,
      text: expect.stringMatching(
        /reachable, with the schema of this release; roles there: Ingestor, Viewer, Monitor$/,
      ),
      warnings: [],
    });
  });

  test.each(each)('without %s names it, and the command that grants it does', async (role) => {
    const { fake, options } = await open({ roles: ALL.filter((one) => one !== role) });
    const found = await probe(options);
    expect(found).toEqual({
      usable: role !== 'Ingestor',
      text: expect.stringContaining(`missing: ${role}`),
      warnings: [expect.stringMatching(saysOf(role))],
    });
    fake.execute(grantIn(found.warnings[0]!));
    expect(await probe(options)).toMatchObject({ usable: true, warnings: [] });
  });

  test('without any role names all', async () => {
    const { options } = await open({ roles: [] });
    const { usable, warnings } = await probe(options);
    expect(usable).toBe(false);
    expect(warnings).toEqual(each.map((role) => expect.stringMatching(saysOf(role))));
  });

  test('with a role on another database only', async () => {
    const { fake, options } = await open({ roles: ['Viewer', 'Monitor'] });
    fake.principals = new Map([[TOKEN, { name: APP, roles: ['Viewer', 'Monitor'], elsewhere: ['Ingestor'] }]]);
    expect(await probe(options)).toMatchObject({
      usable: false,
      warnings: [expect.stringMatching(/lacks the role Ingestor on the database 'shop' \(it has Monitor, Viewer\)/)],
    });
  });

  test('a service that hides failures instead of refusing to show them', async () => {
    const { options } = await open({ roles: ['Ingestor', 'Viewer'], failuresHidden: true });
    expect((await probe(options)).warnings).toEqual([expect.stringMatching(/lacks the role Monitor/)]);
  });

  test('who streams needs Ingestor alone', async () => {
    const { options } = await open({ mode: 'streaming', roles: ['Ingestor'] });
    expect(await probe(options)).toEqual({
      usable: true,
      text: expect.stringMatching(/may not be looked at without the role Viewer; roles there: Ingestor$/),
      warnings: [],
    });
  });

  test('where the service does not list roles, it is said what cannot be found out', async () => {
    const { fake, options } = await open({ roles: ALL });
    fake.faults.add({
      on: 'command',
      if: ({ text }) => text.includes('principal roles'),
      times: 9,
      do: { status: 400 },
    });
    expect(await probe(options)).toMatchObject({
      usable: true,
      text: expect.stringMatching(/roles there: Viewer, Monitor; not to be found out without sending: Ingestor$/),
      warnings: [],
    });
  });
});

describe('taken away while the application runs, and given back', () => {
  test.each(each)(
    '%s',
    async (role) => {
      const { fake } = await open({ roles: ALL });
      shop.measure(3);
      await shop.whole();
      expect(shop.warnings).toEqual([]);

      fake.setRoles(
        TOKEN,
        ALL.filter((one) => one !== role),
      );
      // Whoever never has to ask why a part is absent does not need Monitor.
      shop.lagging = role === 'Monitor';
      shop.measure(2);
      shop.measure(2);
      const said = await shop.warning(saysOf(role));
      shop.lagging = false;
      fake.execute(grantIn(said));
      await shop.whole();
      expect(shop.warnings.filter((text) => saysOf(role).test(text))).toHaveLength(1);
    },
    120_000,
  );

  test('Ingestor, when streaming', async () => {
    const { fake } = await open({ mode: 'streaming', roles: ALL });
    shop.measure(3);
    await shop.whole();
    fake.setRoles(TOKEN, ['Viewer', 'Monitor']);
    shop.measure(2);
    fake.execute(grantIn(await shop.warning(saysOf('Ingestor'))));
    shop.measure(2);
    await shop.whole();
    expect(shop.warnings).toHaveLength(1);
  }, 120_000);

  test.each(['Viewer', 'Monitor'] as const)(
    '%s, when streaming: nobody needs it',
    async (role) => {
      const { fake } = await open({ mode: 'streaming', roles: ALL });
      fake.setRoles(
        TOKEN,
        ALL.filter((one) => one !== role),
      );
      shop.measure(2);
      await shop.whole();
      expect(shop.warnings).toEqual([]);
    },
    120_000,
  );
});

test('without any role each is said once, and the one that sending needs by the line that says where parts wait', async () => {
  await open({ roles: [] });
  shop.measure(2);
  for (const role of each) await shop.warning(saysOf(role));
  await shop.warning(/lacks the role Ingestor.* Parts wait in .* and are tried again\.$/);
  expect(shop.warnings).toHaveLength(3);
}, 120_000);

test('a firewall in front of the cluster is taken for no missing role', async () => {
  const { fake, options } = await open({ roles: ALL });
  fake.faults.add({ on: 'metadata', do: { status: 403 }, times: Infinity });
  const { usable, text, warnings } = await probe(options);
  expect(usable).toBe(false);
  expect(text).toMatch(/cannot be used: .*network rules of the cluster do not let this host through/);
  expect(warnings).toEqual([]);
}, 120_000);

test('each missing role is said once at the start', async () => {
  await open({ roles: ['Ingestor'] });
  shop.measure(2);
  for (const role of ['Viewer', 'Monitor'] as const) await shop.warning(saysOf(role));
  expect(shop.warnings).toHaveLength(2);
}, 120_000);

test('whom a token is for, from its claims alone', () => {
  const token = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.secret`;
  expect(principalOfToken(TOKEN)).toEqual({ type: 'App', id: APP.slice(7, 43), tenant: APP.slice(44) });
  expect(principalOfToken(token({ appid: '1', oid: '2', tid: '3' }))).toEqual({ type: 'App', id: '1', tenant: '3' });
  expect(principalOfToken(token({ appid: '1', scp: 'user_impersonation', upn: 'kim@contoso.com', tid: '3' }))).toEqual({
    type: 'User',
    id: 'kim@contoso.com',
    tenant: '3',
  });
  for (const odd of [undefined, '', 'opaque', 'a.b.c', token(null), token([]), token({ appid: "1' or 1" })])
    expect(principalOfToken(odd)).toBeUndefined();
});
