/** What docs/options.md says of options is what the code does. `npm run docs` writes its tables anew. */
import { expect, it } from 'vitest';
import { withOptionTables } from '../../tools/docs/option-table.ts';
import { readPage } from './markdown.ts';

it('lists every option', () => {
  const { text } = readPage('docs/options.md');
  expect(withOptionTables(text)).toBe(text);
});
