/** The thread of the exporter: apart from the host, and replaceable. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AmbiguousError, RetryableError } from '../../../src/core/errors.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { hang, type Stub, startStub } from './stub.ts';

const signal = new AbortController().signal;
let stub: Stub;
let directory: string;

beforeEach(async () => {
  stub = await startStub();
  directory = await mkdtemp(path.join(tmpdir(), 'attribution-kusto-'));
});

afterEach(async () => {
  await stub.close();
  await rm(directory, { recursive: true, force: true });
});

/** A host program of its own, with hooks loaded before it; its output and how it ended. */
async function host(
  body: string,
  execArgv: string[] = [],
  env: Record<string, string> = {},
  first = '',
): Promise<{ output: string; code: number | null }> {
  const file = path.join(directory, 'host.ts');
  const source = (name: string): string =>
    JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, '../../..', name)).href);
  await writeFile(
    file,
    `${first}
const { KustoExporter } = await import(${source('src/exporters/kusto/index.ts')});
const { makePart } = await import(${source('test/unit/parts/make-part.ts')});
const exporter = new KustoExporter({ cluster: ${JSON.stringify(stub.url)}, database: 'shop', auth: 'none', timeoutMs: 10_000 });
const signal = new AbortController().signal;
${body}
`,
  );
  const child = spawn(process.execPath, [...execArgv, file], { env: { ...process.env, NODE_OPTIONS: '', ...env } });
  let output = '';
  child.stdout.on('data', (chunk) => void (output += chunk));
  child.stderr.on('data', (chunk) => void (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output, code };
}

describe('apart from the host', () => {
  test("neither the flag's hook nor that of NODE_OPTIONS runs in it", async () => {
    const hook = async (name: string): Promise<string> => {
      const file = path.join(directory, `${name}.mjs`);
      await writeFile(
        file,
        `import { isMainThread } from 'node:worker_threads';\nconsole.log('${name} in', isMainThread ? 'host' : 'thread');\n`,
      );
      return pathToFileURL(file).href;
    };
    const { output, code } = await host(
      `console.log(await exporter.export(makePart([{}]), signal)); await exporter.close();`,
      ['--import', await hook('flag')],
      { NODE_OPTIONS: `--import ${await hook('variable')}` },
    );
    expect(output).toContain('handed');
    expect(output).toContain('flag in host');
    expect(output).toContain('variable in host');
    expect(output).not.toContain('in thread');
    expect(code).toBe(0);
  });

  test('an idle thread does not keep the process, a send under way does', async () => {
    const idle = await host(`await exporter.export(makePart([{}]), signal); console.log('sent');`);
    expect(idle).toMatchObject({ output: expect.stringContaining('sent'), code: 0 });
    const busy = await host(
      `exporter.export(makePart([{}]), signal).then((outcome) => console.log('then', outcome));`,
      [],
    );
    expect(busy).toMatchObject({ output: expect.stringContaining('then handed'), code: 0 });
  });

  test('the SDK is not loaded in the host', async () => {
    const { output } = await host(
      `await exporter.export(makePart([{}]), signal); await exporter.close(); console.log('done');`,
      [],
      {},
      `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { console.log('loaded', url); return next(url, context); } });`,
    );
    expect(output).toMatch(/loaded .*kusto\/exporter\.ts/);
    expect(output).not.toMatch(/loaded .*(?:azure-kusto|@azure|axios)/);
    expect(output).toContain('done');
  });
});

test('without the SDK: the error is the line that brings it', async () => {
  const exporter = new KustoExporter(
    { cluster: stub.url, database: 'shop', auth: 'none' },
    { resolveFrom: [path.join(directory, 'package.json')] },
  );
  await expect(exporter.start()).rejects.toMatchObject({
    code: 'ATTR_PEER_MISSING',
    message: expect.stringContaining('npm i azure-kusto-data@7.0.4'),
  });
  await exporter.close();
});

describe('replaceable', () => {
  const open = (): KustoExporter =>
    new KustoExporter({ cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 5_000, mode: 'streaming' });

  test('closed in the middle: what was on its way may have arrived', async () => {
    stub.routes.stream = hang;
    const exporter = open();
    const sending = exporter.export(makePart([{}]), signal).catch((error: unknown) => error);
    while (stub.of('stream').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await exporter.close();
    expect(await sending).toBeInstanceOf(AmbiguousError);
    await expect(exporter.export(makePart([{}]), signal)).rejects.toMatchObject({ code: 'ATTR_USAGE' });
  });

  test('a thread that ends by itself is begun again; its calls are ambiguous', async () => {
    stub.routes.stream = hang;
    const exporter = new KustoExporter(
      { cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 10_000, mode: 'streaming' },
      {},
    );
    // Each leaves a call behind that never ends: sixteen of them are too many for one thread.
    const errors = [];
    for (let i = 0; i < 4; i++) {
      const parts = Array.from({ length: 4 }, (_, k) => ({ ...makePart([{}], { sequence: i * 4 + k + 1 }) }));
      for (const part of parts) {
        const alone = new AbortController();
        const sending = exporter.export(part, alone.signal).catch((error: unknown) => error);
        while (stub.of('stream').length <= errors.length) await new Promise((resolve) => setTimeout(resolve, 5));
        alone.abort();
        errors.push(await sending);
      }
    }
    expect(errors.every((error) => error instanceof AmbiguousError)).toBe(true);
    const before = stub.of('metadata').length;
    stub.routes.stream = (_, response) => void response.end('{}');
    const outcome = await exporter.export(makePart([{}], { sequence: 99 }), signal).catch((error: unknown) => error);
    if (outcome !== 'delivered')
      expect(await exporter.export(makePart([{}], { sequence: 99 }), signal)).toBe('delivered');
    // A new thread asks for the cloud again.
    expect(stub.of('metadata').length).toBe(before + 1);
    await exporter.close();
  });

  test('a part is the caller’s still', async () => {
    const exporter = open();
    const part = makePart([{}]);
    const before = Buffer.from(part.body);
    await exporter.export(part, signal);
    expect(before.equals(part.body)).toBe(true);
    await exporter.close();
  });

  test('cancelled before and while it is sent', async () => {
    stub.routes.stream = hang;
    const exporter = open();
    await expect(exporter.export(makePart([{}]), AbortSignal.abort())).rejects.toBeInstanceOf(RetryableError);
    const controller = new AbortController();
    const lingering = exporter.export(makePart([{}]), controller.signal).catch((error: unknown) => error);
    controller.abort();
    expect(await lingering).toBeInstanceOf(RetryableError);
    expect(stub.of('stream')).toHaveLength(0);
    await exporter.close();
  });
});
