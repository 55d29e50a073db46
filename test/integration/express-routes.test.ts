/** Origins of a real Express application in which middleware makes calls before any route is known. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { decodePartSync, rowsOf } from '../../src/parts/part-codec.ts';

it('gives calls of middleware to the route that the request finds, or to none', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'otel-attribution-express-'));
  try {
    const register = new URL('../../src/register.ts', import.meta.url).href;
    await promisify(execFile)(
      process.execPath,
      ['--import', register, path.join(import.meta.dirname, 'express-app.cjs')],
      {
        env: { ...process.env, OTEL_ATTRIBUTION_DIRECTORY: directory, OTEL_SERVICE_NAME: 'shop' },
      },
    );
    const local = path.join(directory, 'local');
    const rows = readdirSync(local).flatMap((file) => [
      ...rowsOf(decodePartSync(readFileSync(path.join(local, file)))),
    ]);
    const count = (wanted: (target: string) => boolean) => {
      const sums: Record<string, number> = {};
      for (const row of rows) {
        if (row.unit === 's' && wanted(row.target)) sums[row.origin] = (sums[row.origin] ?? 0) + row.count;
      }
      return sums;
    };
    const requests = { 'GET /api/items/:id': 2, 'GET /api/fails/:id': 1, 'GET /denied': 1, 'GET (no route)': 1 };
    // The target is a server in the same process: its requests have no route either.
    expect(count((target) => target === 'service://shop')).toEqual({ ...requests, 'GET (no route)': 1 + 7 });
    const calls = count((target) => target.startsWith('http://'));
    // What the application sends itself has no origin; one call of middleware a request, one more of each item.
    expect(calls).toEqual({ ...requests, 'GET /api/items/:id': 4, '(unattributed)': 5 });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
