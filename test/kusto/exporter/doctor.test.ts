/** `doctor` as a person runs it, logged in with `az`, against a service that knows roles. */
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeProject, runCli, temporaryFolder } from '../../integration/cli/run-cli.ts';
import { type Azurite, startAzurite } from '../service/index.ts';
import { ALL, APP, grantIn, Shop, TOKEN } from './shop.ts';

let azurite: Azurite;
let shop: Shop | undefined;
beforeAll(async () => {
  azurite = await startAzurite();
}, 60_000);
afterAll(() => azurite.close());
afterEach(() => shop?.close());

/** A folder with an `az` that is logged in as the application. */
function az(): string {
  const folder = temporaryFolder();
  const answer = JSON.stringify({
    accessToken: TOKEN,
    expires_on: Math.floor(Date.now() / 1_000) + 3_600,
    expiresOn: new Date(Date.now() + 3_600_000).toISOString(),
    tokenType: 'Bearer',
  });
  writeFileSync(path.join(folder, 'az'), `#!/bin/sh\ncat <<'E'\n${answer}\nE\n`);
  chmodSync(path.join(folder, 'az'), 0o755);
  return folder;
}

async function doctor(url: string): Promise<{ status: string; text: string }[]> {
  const project = makeProject({ name: 'shop', type: 'module' }, {}, true);
  const { stdout } = await runCli(['doctor', '--json'], {
    cwd: project,
    env: {
      TMPDIR: temporaryFolder(),
      PATH: `${az()}:${process.env.PATH}`,
      OTEL_ATTRIBUTION_EXPORTERS: 'kusto',
      OTEL_ATTRIBUTION_KUSTO_CLUSTER: url,
      OTEL_ATTRIBUTION_KUSTO_DATABASE: 'shop',
      OTEL_ATTRIBUTION_KUSTO_AUTH: 'az-cli',
    },
  });
  const { checks } = JSON.parse(stdout) as { checks: { group: string; status: string; text: string }[] };
  return checks.filter(({ group }) => group === 'kusto').map(({ status, text }) => ({ status, text }));
}

test.each(['Ingestor', 'Viewer', 'Monitor'] as const)(
  'doctor without %s names the role and the command that grants it, and is content once that was run',
  async (role) => {
    shop = await Shop.open({ azurite, roles: ALL.filter((one) => one !== role) });
    const [first, second, ...more] = await doctor(shop.fake.url);
    expect(first).toMatchObject({
      status: role === 'Ingestor' ? 'bad' : 'ok',
      text: expect.stringContaining(`missing: ${role}`),
    });
    expect(second).toMatchObject({ status: 'unsure', text: expect.stringMatching(`--role ${role};`) });
    expect(second!.text).toContain(`${APP}, lacks the role ${role}`);
    expect(second!.text).not.toContain(TOKEN);
    expect(more).toEqual([]);
    shop.fake.execute(grantIn(second!.text));
    expect(await doctor(shop.fake.url)).toEqual([
      { status: 'ok', text: expect.stringMatching(/roles there: Ingestor, Viewer, Monitor$/) },
    ]);
  },
  120_000,
);
