/** Row attributes: every request belongs to one of three tenants, on pools that requests of all tenants share. */
import { withAttributes, withOrigin } from '../../../src/index.ts';
import { connectDrivers } from '../drivers/connect.ts';
import type { Driver } from '../drivers/types.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const drivers = await connectDrivers((name) => import(name), endpoints, service);
const TENANTS = ['t0', 't1', 't2'];

/** The harness shows row attributes behind the origin. */
const withTenant = (origin: string, tenant: string) => `${origin} ${JSON.stringify({ tenant })}`;

async function inside(driver: Driver, origin: string, tenant: string): Promise<void> {
  const token = ownToken(service, withTenant(origin, tenant));
  await withAttributes({ tenant }, async () => {
    await Promise.all([driver.one(token), driver.one(token), driver.one(token)]);
    await driver.several(token);
  });
}

/** One tenant per request or job: what is measured outside of `withAttributes` takes it as well. */
async function ofOneTenant(driver: Driver, origin: string, tenant: string): Promise<void> {
  const token = ownToken(service, withTenant(origin, tenant));
  await driver.one(token);
  await inside(driver, origin, tenant);
  await driver.one(token);
}

/** Several tenants at a time: what is measured outside belongs to none of them. */
async function ofSeveral(driver: Driver, origin: string): Promise<void> {
  const outside = ownToken(service, origin);
  await driver.one(outside);
  await Promise.all(TENANTS.map((tenant) => inside(driver, origin, tenant)));
  await driver.one(outside);
}

await serveScenario({
  routes: [...drivers].flatMap(([name, driver]) => [
    {
      path: `/${name}/:id`,
      requests: TENANTS.map((tenant) => ({
        path: `/${name}/${tenant}-:id`,
        origin: withTenant(`GET /${name}/:id`, tenant),
      })),
      async handle(_token: string, id: string) {
        await ofOneTenant(driver, `GET /${name}/:id`, id.slice(0, 2));
        return 'done';
      },
    },
    {
      path: `/${name}/several/:id`,
      async handle() {
        await ofSeveral(driver, `GET /${name}/several/:id`);
        return 'done';
      },
    },
  ]),
  async jobs(rounds) {
    const jobs = [...drivers].flatMap(([name, driver]) => [
      withOrigin(`job:all-${name}`, () => ofSeveral(driver, `job:all-${name}`)),
      ...TENANTS.map(async (tenant) => {
        for (let round = 0; round < rounds; round++) {
          await withOrigin(`job:bill-${name}`, () => ofOneTenant(driver, `job:bill-${name}`, tenant));
        }
      }),
    ]);
    await Promise.all(jobs);
  },
  async stop() {
    for (const driver of drivers.values()) await driver.close();
  },
});
