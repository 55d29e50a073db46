/** One more exporter, receiver and option, as somebody would add them: a folder each below `dummies/`, and these edits. */

/** A change of a file that is there already. */
export interface Edit {
  readonly file: string;
  /** Must be found once. */
  readonly find: RegExp;
  readonly replace: string;
}

export interface Dummy {
  readonly kind: 'exporter' | 'receiver' | 'option';
  readonly edits: readonly Edit[];
}

const REGISTRY = 'src/engine/registry.ts';

export const DUMMIES: readonly Dummy[] = [
  {
    kind: 'exporter',
    edits: [
      {
        file: REGISTRY,
        find: /(?=^import .*'\.\.\/exporters\/file\/config\.ts')/m,
        replace: "import { dummyConfig } from '../exporters/dummy/config.ts';\n",
      },
      { file: REGISTRY, find: /(?<=export const exporters = \[[^\]]*)(?=,?\s*\])/, replace: ', dummyConfig' },
    ],
  },
  {
    kind: 'receiver',
    edits: [
      {
        file: REGISTRY,
        find: /(?<='\.\.\/exporters\/otlp\/config\.ts';\n)/,
        replace: "import { dummyConfig as dummyReceiver } from '../receivers/dummy/config.ts';\n",
      },
      { file: REGISTRY, find: /(?<=export const receivers[^=]* = \[[^\]]*)(?=\])/, replace: 'dummyReceiver' },
    ],
  },
  {
    kind: 'option',
    edits: [
      {
        file: 'src/config/options.ts',
        find: /(?=^ {4}\/\*\* Print the table of who loaded what at exit)/m,
        replace: `    /** Number of dummies. Default 2. */
    dummyCount: option({
      schema: (z) => z.number().int('must be a whole number').positive('must be more than 0'),
      type: 'number',
      default: 2,
      text: 'number of dummies',
      example: '2',
      env: { name: 'OTEL_ATTRIBUTION_DUMMY_COUNT', read: 'number' },
    }),
`,
      },
    ],
  },
];

/** All that run within this package alone: whichever of them an addition breaks shows that a file more would have to change. */
export const TESTS: readonly string[] = ['test/unit', 'test/contract', 'test/docs'];
