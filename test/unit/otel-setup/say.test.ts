import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const url = (path: string) => JSON.stringify(pathToFileURL(path).href);
const LINES: Record<string, string> = {
  'lines of the set-up': `(await import(${url('src/otel/setup/say.ts')})).say('something');`,
  'many lines, one after the other,': `
    const { writeQuietly } = await import(${url('src/core/write-quietly.ts')});
    for (let i = 0; i < 30; i++) writeQuietly(process.stderr, 'x\\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let i = 0; i < 30; i++) writeQuietly(process.stderr, 'x\\n');`,
};

it.each(Object.keys(LINES))('%s do not end an application whose standard error nobody reads any more', async (what) => {
  const app = `process.stdin.once('data', async () => { ${LINES[what]} setTimeout(() => process.stdout.write('alive', () => process.exit()), 100); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', app], { stdio: 'pipe' });
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  child.stderr.destroy();
  await once(child.stderr, 'close');
  child.stdin.end('go');
  const [code] = await once(child, 'close');
  expect([code, printed]).toEqual([0, 'alive']);
});
