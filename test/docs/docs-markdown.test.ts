/** What the other tests of this folder read in a page. */
import { expect, it } from 'vitest';
import { anchors, inlineCode, links, parts } from './markdown.ts';

const PAGE = `# It's a *title*: \`a b\`

See [one](one.md#x), [two][second], [three][third], ![a picture](p.svg) and \`[no](link.md)\`.

\`\`\`sh no-run: needs [a](cluster.md)
# no heading
\`\`\`

## Twice
## Twice

[second]: https://example.com/two
`;

it('blocks, with their language and mark, apart from the rest', () => {
  const { fences, prose } = parts(PAGE);
  const text = '# no heading\n';
  expect(fences).toEqual([{ line: 5, language: 'sh', mark: 'no-run: needs [a](cluster.md)', text }]);
  expect(prose.get(3)).toMatch(/^See/);
  expect(prose.has(6)).toBe(false);
  expect(() => parts('```sh\nls\n')).toThrow('the fence of line 1 is never closed');
});

it('links, also those that are defined elsewhere and those that are not', () => {
  expect(links(PAGE).map(({ to }) => to)).toEqual(['one.md#x', 'p.svg', 'https://example.com/two', '[third]']);
});

it('anchors as GitHub makes them', () => {
  expect([...anchors(PAGE)]).toEqual(['its-a-title-a-b', 'twice', 'twice-1']);
});

it('code in sentences', () => {
  expect(inlineCode(PAGE).map(({ code }) => code)).toEqual(['a b', '[no](link.md)']);
});
