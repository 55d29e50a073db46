/** Widths of lines, and links: each leads to a file and a heading that there are. Nothing is asked of the network. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, isTableRow, links, otherReadmes, type Page, pages, parts, readPage, root } from './markdown.ts';

const WIDTH = 120;

const { repository } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const home = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
/** Where a file of the main branch is shown, and where it is served as it is (pictures). */
const blob = `${home}/blob/main/`;
const raw = `${home.replace('//github.com/', '//raw.githubusercontent.com/')}/main/`;

const documents = pages();

describe.each(documents)('$name', ({ text }) => {
  it(`has lines of at most ${WIDTH} characters`, () => {
    const { prose, fences } = parts(text);
    const lines = [...prose].filter(([, line]) => !isTableRow(line));
    for (const { line, text: block } of fences)
      lines.push(...block.split('\n').map((one, i): [number, string] => [line + 1 + i, one]));
    expect(lines.filter(([, line]) => [...line].length > WIDTH)).toEqual([]);
  });
});

it.each([...documents, ...otherReadmes(), readPage('CHANGELOG.md')])('links of $name lead somewhere', (page) => {
  const broken = links(page.text).map(({ line, to }) => ({ line, to, problem: problemOf(page, to) }));
  expect(broken.filter(({ problem }) => problem !== '')).toEqual([]);
});

it('the index of docs/ lists every page', () => {
  const index = readPage('docs/README.md');
  const listed = links(index.text).map(({ to }) => `docs/${to}`);
  const others = documents.map(({ name }) => name).filter((name) => name.startsWith('docs/') && name !== index.name);
  expect(others.filter((name) => !listed.includes(name))).toEqual([]);
});

/** Why a link of a page leads nowhere; '' if it leads somewhere. */
function problemOf({ name, text }: Page, to: string): string {
  const [address = '', anchor] = to.split('#');
  if (/^[a-z]+:/i.test(address)) {
    const own = [blob, raw].find((prefix) => address.startsWith(prefix));
    return own === undefined ? foreign(address) : local(address.slice(own.length), anchor, own === raw);
  }
  if (address === '') return anchors(text).has(anchor ?? '') ? '' : `no heading #${anchor}`;
  if (name === 'README.md') return 'npm resolves no relative links: write the address of the file on GitHub';
  return local(path.posix.join(path.posix.dirname(name), address), anchor, false);
}

function local(file: string, anchor: string | undefined, served: boolean): string {
  const at = path.join(root, file);
  if (file.startsWith('..') || !existsSync(at)) return `no file ${file}`;
  if (served && !statSync(at).isFile()) return `${file} is no file`;
  if (anchor === undefined) return '';
  return file.endsWith('.md') && anchors(readFileSync(at, 'utf8')).has(anchor)
    ? ''
    : `no heading #${anchor} in ${file}`;
}

/** Of other sites only the form is looked at: https, a public name, no language of one reader in it, nothing to log in. */
function foreign(address: string): string {
  if (!URL.canParse(address)) return 'no address';
  const { protocol, hostname, username, pathname } = new URL(address);
  if (protocol !== 'https:') return 'https alone';
  if (username !== '' || !/^([a-z0-9-]+\.)+[a-z]{2,}$/.test(hostname)) return 'not a public name';
  if (address.startsWith(home) && address !== home && !address.startsWith(`${home}/issues`))
    return 'not a file of main';
  return /^\/[a-z]{2}-[a-z]{2}\//i.test(pathname) ? 'leave the language out' : '';
}
