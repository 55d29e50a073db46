/**
 * Runs app.js where the Azure Monitor distro is installed (test/installs/azure-monitor), against an ingestion endpoint
 * on this machine in place of the cloud: `node examples/azure-monitor/main.ts [--once]`.
 */
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildInto, install, installDirectory } from '../../test/installs/install.ts';
import { ingestionEndpoint } from './ingestion-endpoint.ts';

install('azure-monitor');
buildInto('azure-monitor');
const cwd = installDirectory('azure-monitor');
cpSync(fileURLToPath(new URL('app.js', import.meta.url)), join(cwd, 'example.js'));

const endpoint = await ingestionEndpoint();
const args = ['--import', '@azure/monitor-opentelemetry/loader', 'example.js', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, {
  cwd,
  stdio: 'inherit',
  env: {
    OTEL_SERVICE_NAME: 'reports',
    OTEL_ATTRIBUTION_DIRECTORY: join(process.cwd(), '.attribution'),
    OTEL_ATTRIBUTION_EXIT_TABLE: 'true',
    ...process.env,
    ...endpoint.env,
  },
});
// Ctrl-C reaches the child too, and it is the one to end.
process.on('SIGINT', () => {});
child.on('close', async (code) => {
  await endpoint.close();
  const { requests, dependencies } = endpoint.counts();
  console.log(`Azure Monitor received ${requests} requests and ${dependencies} dependencies.`);
  process.exitCode = code ?? 1;
});
