/** Literals are read back by the official lexer: one token each, whatever they hold. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { declareParameters, kqlLiteral, kqlString } from '../../../src/kusto/literal.ts';

// biome-ignore lint/suspicious/noExplicitAny: the parser comes as globals without usable types.
let language: any;

beforeAll(() => {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  language = (globalThis as any).Kusto.Language;
});

function parse(text: string): { diagnostics: string[]; literals: { value: unknown; text: string; kind: string }[] } {
  const code = language.KustoCode.ParseAndAnalyze(text);
  const diagnostics: string[] = [];
  const found = code.GetDiagnostics();
  for (let i = 0; i < found.Count; i++) diagnostics.push(found.getItem(i).Message);
  const literals: { value: unknown; text: string; kind: string }[] = [];
  language.Syntax.SyntaxElement.WalkNodes(
    code.Syntax,
    (node: { Kind: number; LiteralValue?: unknown; IsLiteral?: boolean; ToString(mode?: unknown): string }) => {
      if (node.IsLiteral === true) {
        literals.push({
          value: node.LiteralValue,
          text: node.ToString(),
          kind: System.Enum.toString(language.Syntax.SyntaxKind, node.Kind),
        });
      }
    },
  );
  return { diagnostics, literals };
}

declare const System: { Enum: { toString(type: unknown, value: number): string } };

const hostile = [
  '',
  'plain',
  `it's`,
  `"`,
  `\\`,
  `\\"`,
  `\\\\"; .drop table T`,
  'a\nb\r\nc',
  '\0',
  '\u20281\u2029',
  '\u0085',
  '\ufeff',
  '\ud800',
  'x\udc00y',
  '🦄 漢字',
  `h'secret'`,
  '```',
  '// comment',
  `"); print x=1; //`,
];

describe('strings', () => {
  test.each(hostile.map((text) => [text]))('%j is one token with that value', (text) => {
    const literal = kqlString(text);
    const { diagnostics, literals } = parse(`print x = ${literal}`);
    expect(diagnostics).toEqual([]);
    expect(literals).toHaveLength(1);
    expect(literals[0]!.kind).toBe('StringLiteralExpression');
    expect(literals[0]!.value).toBe(text.toWellFormed());
    expect(literal).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  });

  test('any string at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { diagnostics, literals } = parse(`print x = ${kqlString(text)}`);
        expect(diagnostics).toEqual([]);
        expect(literals.map(({ value }) => value)).toEqual([text.toWellFormed()]);
      }),
      { numRuns: 150 },
    );
  });
});

test('every type, with the value that the parser reads', () => {
  const cases: [Parameters<typeof kqlLiteral>[0], string][] = [
    [{ type: 'long', value: 2 ** 53 }, 'long(9007199254740992)'],
    [{ type: 'long', value: -1 }, 'long(-1)'],
    [{ type: 'long', value: null }, 'long(null)'],
    [{ type: 'int', value: 7 }, 'int(7)'],
    [{ type: 'real', value: 0.1 }, 'real(0.1)'],
    [{ type: 'real', value: 1e300 }, 'real(1e300)'],
    [{ type: 'real', value: 5e-324 }, 'real(5e-324)'],
    [{ type: 'real', value: -0 }, 'real(-0.0)'],
    [{ type: 'real', value: Number.NaN }, 'real(nan)'],
    [{ type: 'real', value: Number.POSITIVE_INFINITY }, 'real(+inf)'],
    [{ type: 'real', value: Number.NEGATIVE_INFINITY }, 'real(-inf)'],
    [{ type: 'datetime', value: Date.UTC(2026, 10, 22, 10, 0, 0, 5) }, 'datetime(2026-11-22T10:00:00.005Z)'],
    [{ type: 'datetime', value: -62_135_596_800_000 }, 'datetime(0001-01-01T00:00:00.000Z)'],
    [{ type: 'datetime', value: null }, 'datetime(null)'],
    [{ type: 'timespan', value: 90_061_001.5 }, 'timespan(1.01:01:01.0015000)'],
    [{ type: 'timespan', value: -1_000 }, 'timespan(-0.00:00:01.0000000)'],
    [{ type: 'bool', value: true }, 'bool(true)'],
    [{ type: 'bool', value: null }, 'bool(null)'],
    [{ type: 'dynamic', value: null }, 'dynamic(null)'],
    [{ type: 'dynamic', value: ['a', 'b"c', 1.5, null] }, 'dynamic(["a","b\\"c",1.5,null])'],
  ];
  for (const [parameter, text] of cases) {
    expect(kqlLiteral(parameter)).toBe(text);
    expect(parse(`print x = ${text}`).diagnostics, text).toEqual([]);
  }
});

test('dynamic values of any JSON shape are read without a complaint', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.string({ unit: 'binary' })), (value, texts) => {
      const literal = kqlLiteral({ type: 'dynamic', value: [value, texts] });
      expect(parse(`print x = ${literal}`).diagnostics).toEqual([]);
      expect(literal).not.toMatch(/[\p{Cc}\u2028\u2029\ud800-\udfff]/u);
    }),
    { numRuns: 100 },
  );
});

test('declarations', () => {
  expect(declareParameters({})).toBe('');
  const text = declareParameters({
    From: { type: 'datetime', value: 0 },
    Targets: { type: 'dynamic', value: [] },
  });
  expect(text).toBe('declare query_parameters(From:datetime, Targets:dynamic);\n');
  expect(parse(`${text}print From, Targets`).diagnostics).toEqual([]);
});

test.each([
  [{ type: 'string', value: null }],
  [{ type: 'string', value: 5 }],
  [{ type: 'long', value: 1.5 }],
  [{ type: 'long', value: 2 ** 63 }],
  [{ type: 'int', value: 2 ** 31 }],
  [{ type: 'datetime', value: Number.NaN }],
  [{ type: 'datetime', value: 253_402_300_800_000 }],
  [{ type: 'timespan', value: Number.POSITIVE_INFINITY }],
  [{ type: 'bool', value: 'true' }],
  [{ type: 'real', value: '1' }],
] as const)('%j is refused', (parameter) => {
  expect(() => kqlLiteral(parameter)).toThrow(TypeError);
});

test('names that are no names are refused', () => {
  for (const name of ['', 'a b', 'a:long', '1a', "['x']"]) {
    expect(() => declareParameters({ [name]: { type: 'long', value: 1 } })).toThrow(TypeError);
  }
});
