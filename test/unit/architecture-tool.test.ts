/** The tool that judges the structure, on small made-up structures: it finds what is wrong. */
import { describe, expect, it } from 'vitest';
import { circlesOf } from '../../tools/architecture/circles.ts';
import { parseDocument } from '../../tools/architecture/document.ts';
import { folderDifferences, impureCore, upwardImports } from '../../tools/architecture/house.ts';
import { sourceOf } from '../../tools/architecture/sources.ts';
import { wrongSteps } from '../../tools/architecture/walk.ts';

const DOCUMENT = `# Architecture

## The tree

\`\`\`
src/
  core/        words
    mapping/   rules
  exporters/   one folder each
  later/       for what comes (free)
\`\`\`

## Who may import whom

| folder | may import | and from outside \`src\` |
|---|---|---|
| \`core\` | | |
| \`exporters\` | \`core\` | \`node:\`, \`driver\` (types) |
| \`exporters/*\` | | |
| \`stores/b\` | \`exporters/b\` | |
| \`later\` | | |

### Walk: of a span

1. \`core/a.ts: begin\`, which says
2. \`core/a.ts: #middle\`
`;

const imports = (file: string, text: string) => sourceOf(file, text).imports.map(({ to, typeOnly }) => [to, typeOnly]);

describe('imports', () => {
  it.each<[what: string, text: string, expected: [string, boolean][]]>([
    ['a value', "import { a } from './b.ts';", [['core/b.ts', false]]],
    ['a type', "import type { A } from '../x/b.ts';", [['x/b.ts', true]]],
    ['over several lines', "import {\n  a,\n  b,\n} from './b.ts';", [['core/b.ts', false]]],
    ['for its effect', "import './b.ts';", [['core/b.ts', false]]],
    [
      'a re-export',
      "export { a } from './b.ts';\nexport * from './c.ts';",
      [
        ['core/b.ts', false],
        ['core/c.ts', false],
      ],
    ],
    ['lazy', "const a = () => import('./b.ts');", [['core/b.ts', false]]],
    ['lazy, of a type', "type B = typeof import('./b.ts');", [['core/b.ts', true]]],
    [
      'a type and a value of one file',
      "import type { A } from './b.ts';\nimport { a } from './b.ts';",
      [['core/b.ts', false]],
    ],
    [
      'packages',
      "import a from '@x/y/z';\nimport b from 'p/q';\nimport 'node:fs';",
      [
        ['@x/y', false],
        ['p', false],
        ['node:fs', false],
      ],
    ],
    [
      'none in comments',
      "// import('./b.ts')\n/* import './c.ts';\nimport './d.ts'; */\n/** @see import('./e.ts') */",
      [],
    ],
    ['none in shown code', "const text = `\n  import { x } from './b.ts';\n`;\nexport const c = './d.ts';", []],
  ])('%s', (_, text, expected) => expect(imports('core/a.ts', text)).toEqual(expected));
});

describe('circles', () => {
  const circles = (...edges: (readonly [from: string, ...to: string[]])[]) =>
    circlesOf(
      edges.map(([from, ...to]) => sourceOf(from, to.map((one) => `import type { X } from './${one}';`).join('\n'))),
    );

  it('none in a tree, nor where two ways lead to one file', () => {
    expect(circles(['a.ts', 'b.ts', 'c.ts'], ['b.ts', 'd.ts'], ['c.ts', 'd.ts'], ['d.ts'])).toEqual([]);
  });

  it('two of them, apart, by types alone; the shortest way is shown', () => {
    expect(
      circles(['a.ts', 'b.ts', 'c.ts'], ['b.ts', 'c.ts'], ['c.ts', 'a.ts', 'd.ts'], ['d.ts', 'e.ts'], ['e.ts', 'd.ts']),
    ).toEqual([
      { files: ['a.ts', 'b.ts', 'c.ts'], path: ['a.ts', 'c.ts', 'a.ts'] },
      { files: ['d.ts', 'e.ts'], path: ['d.ts', 'e.ts', 'd.ts'] },
    ]);
  });
});

describe('directions', () => {
  it.each<[file: string, text: string, wrong: string[]]>([
    ['core/a.ts', "import './b.ts';", []],
    ['core/a.ts', "import type { X } from '../exporters/x.ts';", ['exporters/x.ts']],
    ['core/a.ts', "import 'node:fs';", ['node:fs']],
    ['exporters/one/a.ts', "import './b.ts';\nimport '../../core/x.ts';\nimport 'node:fs/promises';", []],
    ['exporters/one/a.ts', "import type { X } from 'driver';", []],
    ['exporters/one/a.ts', "import { x } from 'driver';", ['driver']],
    ['exporters/one/a.ts', "import '../two/a.ts';", ['exporters/two/a.ts']],
    ['exporters/one/a.ts', "import '../shared.ts';", []],
    ['exporters/registry.ts', "import './one/a.ts';", []],
    ['stores/b/a.ts', "import '../../exporters/b/x.ts';", []],
    ['stores/b/a.ts', "import '../../exporters/bb/x.ts';", ['exporters/bb/x.ts']],
    ['stores/c/a.ts', "import '../../exporters/b/x.ts';", ['exporters/b/x.ts']],
  ])('%s: %s', (file, text, wrong) => {
    const { directions } = parseDocument(DOCUMENT);
    expect(upwardImports([sourceOf(file, text)], directions)).toEqual(wrong.map((to) => ({ file, imports: to })));
  });

  it.each<[what: string, files: string[], differences: string[]]>([
    [
      'the same',
      ['core/mapping/a.ts', 'exporters/one/deep/a.ts', 'stores/b/a.ts'],
      ['src/stores is not in the tree of'],
    ],
    [
      'one more at the top, and one in a folder whose folders are named',
      ['core/mapping/a.ts', 'core/other/a.ts', 'exporters/a.ts', 'stores/a.ts', 'new/a.ts', 'alone.ts'],
      [
        'src/core/other is not in the tree of',
        'src/stores is not in the tree of',
        'src/new is not in the tree of',
        'src/new is not in the table of',
        'src/alone.ts is not in the table of',
      ],
    ],
    [
      'fewer',
      ['core/a.ts'],
      [
        'the tree names core/mapping, not in src',
        'the tree names exporters, not in src',
        'the table names exporters, not in src',
        'the table names stores, not in src',
      ],
    ],
  ])('folders are compared both ways: %s', (_, files, differences) => {
    const found = folderDifferences(
      files.map((file) => sourceOf(file, '')),
      parseDocument(DOCUMENT),
    );
    expect(found.map((line) => line.replace(/^docs\/architecture\.md: | docs\/architecture\.md$/, ''))).toEqual(
      differences,
    );
  });
});

it('core: clocks, chance and Node are found, words that look like them are not', () => {
  const wrong = ['Date.now()', 'new Date()', 'Math.random()', 'process.env', 'setTimeout(f, 1)', 'Buffer.from(a)'];
  const right = ['new Date(ms)', "'messaging.process.duration'", '// process.env', 'timers.setTimer(f)'];
  const sources = [...wrong, ...right].map((text) => sourceOf(`core/${text}`, text));
  expect(impureCore(sources)).toEqual(wrong.map((text) => `core/${text}`));
  expect(impureCore([sourceOf('otel/a.ts', 'Date.now()')])).toEqual([]);
});

describe('walks', () => {
  const { walks } = parseDocument(DOCUMENT);
  const wrong = (text: string, more = walks) => wrongSteps(more, [sourceOf('core/a.ts', text)]);

  it('are read from the numbered lists', () => {
    expect([...walks]).toEqual([
      [
        'of a span',
        [
          { file: 'core/a.ts', name: 'begin' },
          { file: 'core/a.ts', name: '#middle' },
        ],
      ],
    ]);
  });

  it.each([
    'export function begin() {}\nclass A {\n  #middle(a: number): void {}\n}',
    'export async function* begin() {}\nclass A {\n  async #middle<T>(\n    a: T,\n  ) {}\n}',
    'const begin = () => {};\nclass A {\n  readonly #x = 1;\n  #middle = (): void => {};\n}',
  ])('right: %s', (text) => expect(wrong(text)).toEqual([]));

  it.each([
    ['begin();\nthis.#middle();', 'begin: the file does not define it', '#middle: the file does not define it'],
    [
      '  begin(1);\n  begin((x) => {\n  begin({ a: 1 });\nclass A {\n  #middle() {}\n}',
      'begin: the file does not define it',
    ],
    ['function beginning() {}\nclass A {\n  #middle() {}\n}', 'begin: the file does not define it'],
  ])('wrong: %s', (text, ...problems) => {
    expect(wrong(text)).toEqual(problems.map((problem) => `docs/architecture.md: core/a.ts: ${problem}`));
  });

  it('a file that is not there, and a step that comes twice', () => {
    const step = { file: 'core/b.ts', name: 'x' };
    expect(
      wrong(
        '',
        new Map([
          ['a', [step]],
          ['b', [step]],
        ]),
      ),
    ).toEqual([
      'docs/architecture.md: core/b.ts: x: there is no such file',
      'docs/architecture.md: core/b.ts: x: there is no such file',
      'docs/architecture.md: core/b.ts: x: comes twice',
    ]);
  });
});
