import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

interface Output {
  readonly result: Readonly<Record<'log' | 'drawn' | 'told' | 'exported', readonly unknown[]>>;
  readonly light: number;
}

async function runOnce(script: string, cwd: string, ...args: string[]): Promise<Output> {
  const env = { PATH: process.env.PATH, OTEL_LOG_LEVEL: 'none' } as NodeJS.ProcessEnv;
  const { stdout } = await run(process.execPath, [script, ...args], { cwd, env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

/** `light`, `exported`: of the 270 spans that the application makes with a context of its own. */
const cases = [
  { sampler: 'on', ids: 'seeded', light: 0, exported: 270 },
  { sampler: 'off', ids: 'seeded', light: 263, exported: 0 },
  { sampler: 'ratio', ids: 'seeded', light: 217, exported: 49 },
  { sampler: 'parent, ratio', ids: 'seeded', light: 169, exported: 97 },
  { sampler: 'parent, off', ids: 'seeded', light: 215, exported: 48 },
  { sampler: 'parent, on below what was left out', ids: 'seeded', light: 36, exported: 230 },
  { sampler: 'own, with attributes', ids: 'seeded', light: 83, exported: 90 },
  { sampler: 'own, by name', ids: 'seeded', light: 132, exported: 45 },
  // Of the SDK's own generator ids are drawn when they are asked for.
  { sampler: 'own, by name', ids: 'random', light: 132, exported: 45 },
  { sampler: 'off', ids: 'random', light: 263, exported: 0 },
];

export function expectAlike(script: string, cwd: string): void {
  it.each(cases)('sampler $sampler, $ids ids', async ({ sampler, ids, light, exported }) => {
    const [without, withUs] = await Promise.all([
      runOnce(script, cwd, 'without', sampler, ids),
      runOnce(script, cwd, 'with', sampler, ids),
    ]);
    expect(withUs.result).toEqual(without.result);
    expect(withUs.result.exported).toHaveLength(exported);
    // All that are not exported, but the first span of the process, with which it begins, those that somebody records, and those below a
    // span that is none and says it is sampled.
    expect(withUs.light).toBe(light);
    expect(without.light).toBe(0);
  });
}
