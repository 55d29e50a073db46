import { describe, expect, test } from 'vitest';
import { Accounts, accountOf } from '../../../../src/exporters/kusto/accounts.ts';

test.each([
  ['https://abc123.blob.core.windows.net/20261122-ingestdata-0?sv=1&sig=x', 'abc123'],
  ['https://abc123.queue.core.windows.net/readyforaggregation?sv=1&sig=x', 'abc123'],
  ['https://abc123.z12.blob.storage.azure.net/c?sig=x', 'abc123'],
  ['http://127.0.0.1:10000/devstoreaccount1/c?sig=x', 'devstoreaccount1'],
])('%s', (url, account) => {
  expect(accountOf(url)).toBe(account);
});

describe('the order of trying', () => {
  const url = (account: string, i = 0) => `https://${account}.blob.core.windows.net/c${i}?sig=x`;
  const all = ['a', 'b', 'c'].flatMap((account) => [url(account, 0), url(account, 1)]);
  const accountsOf = (urls: readonly string[]) => urls.map(accountOf);

  test('takes one of each account before the second of any, and leaves none out', () => {
    const accounts = new Accounts();
    for (let i = 0; i < 20; i++) {
      const order = accounts.order(all);
      expect([...order].sort()).toEqual([...all].sort());
      expect(new Set(accountsOf(order.slice(0, 3))).size).toBe(3);
    }
  });

  test('spreads over accounts that work', () => {
    const accounts = new Accounts();
    const first = new Set(Array.from({ length: 100 }, () => accountOf(accounts.order(all)[0]!)));
    expect([...first].sort()).toEqual(['a', 'b', 'c']);
  });

  test('puts an account that fails last, for a minute', () => {
    let now = 0;
    const accounts = new Accounts(() => now);
    const lastOf = () => Array.from({ length: 20 }, () => accountOf(accounts.order(all).at(-1)!));
    accounts.report(url('b'), false);
    accounts.report(url('c'), true);
    expect(new Set(lastOf())).toEqual(new Set(['b']));
    accounts.report('https://b.queue.core.windows.net/q?sig=x', false);
    now += 20_000;
    expect(new Set(lastOf())).toEqual(new Set(['b']));
    now += 40_000;
    expect(new Set(Array.from({ length: 100 }, () => lastOf()).flat()).size).toBe(3);
  });

  test('puts what fails always after what fails now and then', () => {
    const accounts = new Accounts(() => 0);
    for (let i = 0; i < 4; i++) {
      accounts.report(url('a'), false);
      accounts.report(url('b'), i % 2 === 1);
    }
    for (let i = 0; i < 20; i++) expect(accountsOf(accounts.order(all)).slice(0, 3)).toEqual(['c', 'b', 'a']);
  });

  test('of nothing is nothing', () => {
    expect(new Accounts().order([])).toEqual([]);
  });
});
