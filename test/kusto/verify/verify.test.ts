/** The short form of `npm run verify:kusto`, and that it can fail: each mistake below is one that someone could make. */
import { expect, test } from 'vitest';
import { kustoNames } from '../../../src/kusto/names.ts';
import type { SchemaObject } from '../../../src/stores/kusto/schema/objects.ts';
import { diagnosticsOf } from './analyser/judge.ts';
import { literalsOf } from './analyser/literals.ts';
import { databaseOf } from './analyser/schema-texts.ts';
import { unanalysedIn } from './analyser/source-scan.ts';
import { missedGoals } from './goals.ts';
import { parityObjects } from './parity/kql-side.ts';
import { type ParityOptions, parity } from './parity.ts';

const names = kustoNames();
const log = () => {};

test('the same questions have the same answers in SQL and in KQL, over the wire too', async () => {
  const { numbers, details } = await parity({ seed: 101, sets: 4, wireSets: 1, log });
  expect(details).toEqual([]);
  expect(missedGoals('parity', { ...numbers, sets: 12 }, true)).toEqual([]);
  expect(numbers.questionsOverTheWire).toBeGreaterThan(20);
}, 60_000);

/** In every query of views and functions, where there is the text. */
function spoiled(from: string, to: string): NonNullable<ParityOptions['spoil']> {
  return (objects) => {
    const change = (text: string): string => text.replaceAll(from, to);
    const wrong = objects.map((object): SchemaObject => {
      if (object.kind === 'materialized-view') return { ...object, query: change(object.query) };
      if (object.kind !== 'function') return object;
      return { ...object, definition: { ...object.definition, body: change(object.definition.body) } };
    });
    expect(JSON.stringify(wrong)).not.toBe(JSON.stringify(objects));
    return wrong;
  };
}

const mistakes: readonly [what: string, from: string, to: string][] = [
  ['header rows in the sums', '| where Row > -1', '| where Row >= -1'],
  ['rows as often as they were sent', `${names.raw}\n| summarize take_any(*) by WindowStart, PartId, Row`, names.raw],
  ['one row of a part', 'take_any(*) by WindowStart, PartId, Row', 'take_any(*) by WindowStart, PartId'],
  ['the first window left out', 'WindowStart >= _from and', 'WindowStart > _from and'],
  ['one window too many', 'and WindowStart < _to and', 'and WindowStart <= _to and'],
  ['the first bin of five minutes left out', 'WindowStart >= _minute0', 'WindowStart > _minute0'],
  ['a whole hour counted twice', 'WindowStart < _hour0 or', 'WindowStart <= _hour0 or'],
  ['the trace of no sampled value', 'isempty(ExemplarTraceId) or', ''],
  ['the largest of the smallest', 'Min = min(Min), Max = max(Max)', 'Min = min(Min), Max = max(Min)'],
  ['what was sealed later', 'isnull(_asOf) or SealedAt <= _asOf', 'true'],
  [
    'origins in any case',
    '| summarize WindowSeconds = max(',
    '| extend Origin = tolower(Origin)\n| summarize WindowSeconds = max(',
  ],
];

test.each(mistakes)(
  '%s: parity finds it',
  async (_, from, to) => {
    const spoil = spoiled(from, to);
    for (let seed = 1; seed <= 12; seed++) {
      const { numbers, details } = await parity({ seed, sets: 1, wireSets: 0, log, spoil });
      if (numbers.differences === 0) continue;
      // A wrong answer: a query that fails would be found without any comparing.
      expect(details.join('\n')).not.toContain('KQL fails');
      return;
    }
    expect.unreachable('no difference in twelve sets');
  },
  60_000,
);

test('the analyser finds what does not fit the schema, unknown commands, and columns other than declared', () => {
  const database = databaseOf(parityObjects(names, []));
  const found = (text: string, more = {}) => diagnosticsOf({ source: 's', text, ...more }, database);
  expect(found(`${names.rows} | where Row > -1`)).toEqual([]);
  expect(found(`${names.rows} | where Rows > -1`)[0]).toMatch(/^s: KS142 .*'Rows'.* \(line 1: "Rows"\)$/);
  expect(found('.show tables')).toEqual([]);
  expect(found('.frobnicate table X')).toEqual(['s: the analyser does not know this command']);
  const columns = [{ name: 'n', type: 'long' }];
  expect(found(`${names.rows} | summarize n = count()`, { columns })).toEqual([]);
  expect(found(`${names.rows} | summarize n = sum(Value)`, { columns })).toEqual([
    's: returns (n:real), declared (n:long)',
  ]);
});

test('a query or command that no analysed text was made from is found in the sources', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: sources with templates
  const source = [
    "const a = /[`'\"/]/.test(x) ? `.show table ${y({ z: '}' })} details` : 1 / 2;",
    '// `.drop table X`',
    'const b = `${raw}\\n| where ${a} == 1`;',
    "const prose = 'Run `.show tables` or \\'it\\'';",
  ].join('\n');
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: sources with templates
  expect(literalsOf(source)).toContainEqual(['.show table ', ' details']);
  expect(unanalysedIn(source, [])).toEqual(['.show table … details', '…\n| where … == 1']);
  expect(unanalysedIn(source, ['.show table T details', 'T\n| where x == 1'])).toEqual([]);
});
