import { expect, test } from 'vitest';
import type { Picture } from '../../../src/cli/blame/picture.ts';
import { blameText } from '../../../src/cli/blame/text.ts';
import { colours } from '../../../src/cli/output.ts';
import { chainsOf } from '../../../src/observe/blocking.ts';
import type { Session } from '../../../src/observe/lock-observer.ts';

test('a statement of somebody else cannot speak to the terminal', () => {
  const session = (id: string): Session => ({
    id,
    state: 'active',
    running: true,
    application: 'psql\u001b[2J',
    text: 'SELECT 1 -- \u001b]0;mine\u0007',
    startMs: 0,
    endMs: undefined,
    address: '10.0.0.7',
    port: 5000,
    worker: '',
  });
  const waits = [{ waiter: '2', blockers: ['1'], sinceMs: 0 }];
  const picture: Picture = {
    target: 'postgresql://shop-db/shop',
    server: 'PostgreSQL 15',
    at: 1_000,
    look: { atMs: 1_000, sessions: [session('1'), session('2')], waits },
    origins: new Map(),
    chains: chainsOf(waits),
    processes: 1,
    otherNames: [],
  };
  const text = blameText(picture, undefined, { width: 200, style: colours({}) });
  expect(text).toContain('last: SELECT 1');
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
});
