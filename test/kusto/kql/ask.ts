/** For the tests of the evaluator: rows of a query over small tables. */
import { type EvaluateOptions, evaluate, type KqlDatabase, type KqlValue } from './evaluate.ts';

export const day = Date.UTC(2026, 10, 22);
export const minute = 60_000;

export const database: KqlDatabase = {
  name: 'tests',
  tables: new Map([
    [
      'Calls',
      {
        columns: [
          { name: 'At', type: 'datetime' },
          { name: 'Who', type: 'string' },
          { name: 'Value', type: 'real' },
          { name: 'Count', type: 'long' },
          { name: 'Attributes', type: 'string' },
        ],
        rows: [
          [day, 'a', 1.5, 1, '{"tenant":"x"}'],
          [day + minute, 'b', null, 2, '{"tenant":"y","n":3}'],
          [day + 7 * minute, 'a', 2.5, null, ''],
          [day + 8 * minute, '', 4, 4, 'no json'],
        ],
      },
    ],
  ]),
  functions: new Map([
    [
      'Heavy',
      {
        name: 'Heavy',
        parameters: '(_least:real, _who:dynamic=dynamic([]), _n:long=10)',
        body: '{ Calls | where Value >= _least and (array_length(_who) == 0 or Who in (_who)) | project Who, Value | sort by Value | take _n }',
      },
    ],
    ['Twice', { name: 'Twice', parameters: '(_x:real)', body: '{ _x * 2 }' }],
    ['Endless', { name: 'Endless', parameters: '()', body: '{ Endless() }' }],
  ]),
};

export function ask(text: string, options?: EvaluateOptions): readonly (readonly KqlValue[])[] {
  return evaluate(text, database, options).rows;
}

/** The only row of `print …`. */
export function print(expressions: string): readonly KqlValue[] {
  return ask(`print ${expressions}`)[0]!;
}
