/** The Azure Monitor distro with `AttributionSpanProcessor`, in the third install, against an endpoint of ours. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IngestionEndpoint, ingestionEndpoint } from '../../examples/azure-monitor/ingestion-endpoint.ts';
import { buildInto, installDirectory, whyNotInstalled } from '../installs/install.ts';
import { callsByOrigin, type Outcome, run } from './register/run.ts';

const missing = whyNotInstalled('azure-monitor');
const REQUESTS = 160; // 40 reports and 3 figures in each

describe.skipIf(missing !== '')(`Azure Monitor distro${missing && ` (skipped: ${missing})`}`, () => {
  const directory = installDirectory('azure-monitor');
  const app = join(directory, 'app-under-test.js');
  let endpoint: IngestionEndpoint;

  beforeAll(() => {
    buildInto('azure-monitor');
    cpSync(fileURLToPath(new URL('../../examples/azure-monitor/app.js', import.meta.url)), app);
  });
  afterAll(() => rmSync(app, { force: true }));

  async function runApp(env: Record<string, string>): Promise<Outcome> {
    endpoint = await ingestionEndpoint();
    try {
      return await run(['--import', '@azure/monitor-opentelemetry/loader', app, '--once'], {
        cwd: directory,
        env: { ...endpoint.env, OTEL_SERVICE_NAME: 'reports', ...env },
      });
    } finally {
      await endpoint.close();
    }
  }
  const counted = (outcome: Outcome) => callsByOrigin(outcome.rows, 'http.server.request.duration');

  it('with a sampling ratio: attribution sees all, the distro exports its share', async () => {
    const outcome = await runApp({ SAMPLING_RATIO: '0.1', OTEL_ATTRIBUTION_EXIT_TABLE: 'true' });
    expect(outcome.code).toBe(0);
    expect(counted(outcome)).toEqual({ 'GET (no route)': REQUESTS });
    expect(callsByOrigin(outcome.rows, 'http.client.request.duration')).toEqual({
      '(unattributed)': 40,
      'GET (no route)': 120,
    });
    expect(new Set(outcome.rows.map((row) => row.service))).toEqual(new Set(['reports']));
    expect(endpoint.counts().requests).toBeLessThan(REQUESTS / 2);
    expect(outcome.stderr).toMatch(/GET \(no route\)/);
  });

  it('with ratio 1 both see all', async () => {
    const outcome = await runApp({ SAMPLING_RATIO: '1' });
    expect(counted(outcome)).toEqual({ 'GET (no route)': REQUESTS });
    expect(endpoint.counts()).toEqual({ requests: REQUESTS, dependencies: REQUESTS });
  });

  it("with the distro's limit of traces per second, attribution sees what is exported and no more", async () => {
    const outcome = await runApp({ TRACES_PER_SECOND: '5' });
    const exported = endpoint.counts().requests;
    expect(exported).toBeLessThan(REQUESTS);
    expect(counted(outcome)).toEqual(exported === 0 ? {} : { 'GET (no route)': exported });
  });
});
