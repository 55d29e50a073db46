import { expect, test } from 'vitest';
import { Sampler } from '../../../src/cli/top/sample.ts';
import { topText } from '../../../src/cli/top/text.ts';
import { parseView } from '../../../src/cli/top/view.ts';
import type { LiveSnapshot } from '../../../src/engine/live/snapshot.ts';

const socket = (pid: number) => ({ path: `/tmp/${pid}-0.sock`, pid, thread: 0 });
const plain = (text: string) => text;
const dress = { bold: plain, dim: plain, yellow: plain, red: plain, green: plain };
const options = { intervalMs: 1000, tz: 'UTC', sheet: { width: Number.POSITIVE_INFINITY, style: dress } };

function snapshot(
  inFlight: readonly (readonly [origin: string, operations: number, oldestMs: number, target?: string])[],
): LiveSnapshot {
  return {
    v: 1,
    pid: 1,
    service: 'storefront',
    script: 'app.js',
    at: 0,
    openScopes: 2,
    spansSeen: 10,
    truncated: false,
    startedMs: 0,
    calls: {},
    inDoubt: {},
    operations: [],
    inFlight: inFlight.map(([origin, operations, oldestMs, target = 'db']) => ({
      originService: 'storefront',
      origin,
      target,
      operation: '',
      attributes: '',
      operations,
      oldestMs,
    })),
  };
}

test('active is the average over the looks, max the most at one of them, oldest that of the last', () => {
  const sampler = new Sampler(parseView('origin'));
  sampler.add([[socket(1), snapshot([['GET /a', 4, 900]])]]);
  sampler.add([[socket(1), snapshot([['GET /a', 2, 100]])]]);
  sampler.add([[socket(1), snapshot([])]]);
  sampler.add([[socket(1), snapshot([])]]);
  expect(sampler.picture(0).rows).toEqual([
    {
      target: 'db',
      names: { originService: 'storefront', origin: 'GET /a' },
      active: 1.5,
      max: 4,
      oldestSeconds: 0.1,
    },
  ]);
});

test('processes add up; one that missed a look counts over its own answers', () => {
  const sampler = new Sampler(parseView('origin'));
  sampler.add([
    [socket(1), snapshot([['GET /a', 1, 10]])],
    [socket(2), snapshot([['GET /a', 3, 50]])],
  ]);
  sampler.add([
    [socket(1), snapshot([['GET /a', 1, 20]])],
    [socket(2), 'silent'],
  ]);
  const { rows, processes } = sampler.picture(0);
  expect(rows).toMatchObject([{ active: 4, max: 4, oldestSeconds: 0.05 }]);
  expect(processes.map(({ pid, answers }) => [pid, answers])).toEqual([
    [1, 2],
    [2, 1],
  ]);
});

test('heaviest target first, heaviest origin first in it', () => {
  const sampler = new Sampler(parseView('origin'));
  sampler.add([
    [
      socket(1),
      snapshot([
        ['a', 1, 0, 'x'],
        ['b', 2, 0, 'y'],
        ['c', 3, 0, 'y'],
        ['d', 4, 0, 'x'],
      ]),
    ],
  ]);
  expect(sampler.picture(0).rows.map(({ target, names }) => `${target} ${names.origin}`)).toEqual([
    'x d',
    'x a',
    'y c',
    'y b',
  ]);
});

test('a process that is gone without ever answering is left out; a silent one is named', () => {
  const sampler = new Sampler(parseView('origin'));
  sampler.add([
    [socket(1), 'gone'],
    [socket(2), 'silent'],
  ]);
  const picture = sampler.picture(0);
  expect(picture.processes.map(({ pid }) => pid)).toEqual([2]);
  expect(topText(picture, options)).toContain('no answer from process 2: its event loop is blocked');
});

test('what an origin is called cannot move the cursor, nor the text outgrow the screen', () => {
  const sampler = new Sampler(parseView('origin'));
  sampler.add([[socket(1), snapshot(Array.from({ length: 50 }, (_, i) => [`\u001b[2J\n${i}`, 1, 0]))]]);
  const text = topText(sampler.picture(0), { ...options, lines: 10 });
  expect(text).not.toContain('\u001b');
  expect(text.split('\n')).toHaveLength(10);
  expect(text).toContain('50 lines in all');
});

test('nothing in flight', () => {
  const sampler = new Sampler(parseView('origin'));
  sampler.add([[socket(1), snapshot([])]]);
  expect(topText(sampler.picture(0), options)).toContain('Nothing in flight.');
});
