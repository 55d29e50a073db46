import { describe, expect, test } from 'vitest';
import { cellsOf, hung, lineWidth, printable, shorten, wrap } from '../../../src/reports/cells.ts';

test.each([
  ['abc', 3],
  ['漢字', 4],
  ['e\u0301x', 2],
  ['⭐✅', 4],
  ['é–…', 3],
  ['\u001b[1mbold\u001b[0m', 4],
])('cells of %j: %i', (text, cells) => expect(cellsOf(text)).toBe(cells));

describe('shorten', () => {
  test.each([
    ['GET /search', 11, 'GET /search'],
    ['GET /api/v1/orders/:id/items', 13, 'GET /a…/items'],
    ['postgresql://shop-db.internal/shop', 20, 'postgresql…rnal/shop'],
    ['漢字漢字漢字', 7, '漢…漢字'],
    ['e\u0301'.repeat(10), 5, 'e\u0301e\u0301…e\u0301e\u0301'],
    ['abc', 1, '…'],
  ])('%j in %i: %j', (text, max, short) => expect(shorten(text, max)).toBe(short));

  test('never takes more room than there is, nor halves a character', () => {
    const text = 'a漢😀e\u0301\u{1f1e9}\u{1f1ea}b'.repeat(5);
    for (let max = 1; max <= cellsOf(text); max++) {
      const short = shorten(text, max);
      expect(cellsOf(short)).toBeLessThanOrEqual(max);
      expect(short.isWellFormed()).toBe(true);
      expect(short).not.toMatch(/…\u0301/);
    }
  });
});

test('what could move the cursor is shown as such', () => {
  expect(printable('a\u001b[2J\r\n\u202e\u2028漢')).toBe('a�[2J����漢');
});

describe('wrap', () => {
  test('breaks between words, keeps long ones whole and indents what follows', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('  see /a/very/long/path and on', 12, 2)).toEqual(['  see', '    /a/very/long/path', '    and on']);
    expect(wrap('a\nb  c', 80)).toEqual(['a', 'b  c']);
  });

  test('begins below the text of a label', () => {
    expect(wrap('    rule     must be one of many', 22)).toEqual([
      '    rule     must be',
      '             one of',
      '             many',
    ]);
  });

  test('where nobody minds the width nothing is broken', () => {
    expect(wrap('word '.repeat(99), Number.POSITIVE_INFINITY)).toHaveLength(1);
  });

  test('hung below the first word', () => expect(hung('  ✓ ', 'one two three', 12)).toBe('  ✓ one two\n    three'));
});

test.each([
  [{ isTTY: true, columns: 132 }, {}, 132],
  [{ isTTY: true, columns: 0 }, {}, 80],
  [{ isTTY: true }, {}, 80],
  [{}, {}, Number.POSITIVE_INFINITY],
  [{}, { COLUMNS: '100' }, 100],
  [{ isTTY: true, columns: 132 }, { COLUMNS: '100' }, 100],
  [{ isTTY: true, columns: 132 }, { COLUMNS: 'x' }, 132],
])('the width of %j with %j is %d', (stream, env, width) => expect(lineWidth(stream, env)).toBe(width));
