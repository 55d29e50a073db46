/** Azurite, Microsoft's storage emulator, as a child process: blobs and queues in memory, on free loopback ports. Starts in about a second. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';

export interface StorageAccount {
  readonly name: string;
  /** Base64, as shared keys are. */
  readonly key: string;
}

export interface Azurite {
  /** Base address of all blobs and of all queues, without the account: `http://127.0.0.1:port`. */
  readonly blobUrl: string;
  readonly queueUrl: string;
  readonly accounts: readonly StorageAccount[];
  close(): Promise<void>;
}

/** Only one that hangs: with twenty busy processes on two cores it has taken more than half a minute. One that ends says so at once. */
const START_TIMEOUT_MS = 300_000;

/** One Azurite serves any number of fakes: each makes its own containers and queues in it. */
export async function startAzurite(accountCount = 3): Promise<Azurite> {
  const accounts = Array.from({ length: accountCount }, (_, i) => {
    const name = `storage${i}`;
    return { name, key: createHash('sha512').update(name).digest('base64') };
  });
  const child = fork(new URL('./azurite-process.ts', import.meta.url), azuriteArguments(), {
    cwd: tmpdir(),
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      AZURITE_ACCOUNTS: accounts.map(({ name, key }) => `${name}:${key}`).join(';'),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const { blobUrl, queueUrl } = await addressesOf(child.stdout!, child.stderr!, exited);
    // A test process need not wait for it: see azurite-process.ts.
    child.unref();
    child.channel?.unref();
    (child.stdout as unknown as { unref(): void }).unref();
    (child.stderr as unknown as { unref(): void }).unref();
    return { blobUrl, queueUrl, accounts, close };
  } catch (cause) {
    await close();
    throw cause;
  }

  async function close(): Promise<void> {
    process.off('exit', kill);
    child.ref();
    kill();
    if (child.exitCode === null && child.signalCode === null) await exited;
  }
}

function azuriteArguments(): string[] {
  const ports = ['blob', 'queue', 'table'].flatMap((service) => [
    `--${service}Host`,
    '127.0.0.1',
    `--${service}Port`,
    '0',
  ]);
  const quiet = ['--silent', '--disableTelemetry', '--skipApiVersionCheck'];
  return [...ports, ...quiet, '--inMemoryPersistence', '--extentMemoryLimit', '1024'];
}

async function addressesOf(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  exited: Promise<void>,
): Promise<{ blobUrl: string; queueUrl: string }> {
  let output = '';
  const ready = new Promise<{ blobUrl: string; queueUrl: string }>((resolve) => {
    const read = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
      const blobUrl = /Blob service is successfully listening at (\S+)/.exec(output)?.[1];
      const queueUrl = /Queue service is successfully listening at (\S+)/.exec(output)?.[1];
      if (blobUrl !== undefined && queueUrl !== undefined) resolve({ blobUrl, queueUrl });
    };
    stdout.on('data', read);
    stderr.on('data', read);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Azurite did not start within ${START_TIMEOUT_MS} ms: ${output}`)),
      START_TIMEOUT_MS,
    );
    void exited.then(() => reject(new Error(`Azurite ended before it listened: ${output}`)));
  });
  try {
    return await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}
