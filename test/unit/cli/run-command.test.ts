import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../../src/setup/doctor/run-command.ts';

test.skipIf(process.platform === 'win32')('each Ctrl-C goes to the application', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'oa-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const at = (name: string): string => path.join(directory, name);
  const app = `
    let n = 0;
    process.on('SIGINT', () => {
      fs.writeFileSync(${JSON.stringify(directory)} + '/' + ++n, '');
      if (n === 2) process.exit(7);
    });
    setInterval(() => {}, 1_000);
    fs.writeFileSync(${JSON.stringify(directory)} + '/0', '');`;
  const command = [process.execPath, '-e', app];
  const running = runCommand({ command, directory, register: false, seconds: 60 });
  for (const name of ['0', '1']) {
    await vi.waitFor(() => expect(existsSync(at(name))).toBe(true), { timeout: 20_000 });
    process.emit('SIGINT');
  }
  expect(await running).toMatchObject({ code: 7 });
});
