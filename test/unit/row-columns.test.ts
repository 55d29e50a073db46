import { expect, it } from 'vitest';
import { rowCells } from '../../src/core/part-columns.ts';
import { type RowColumn, sumLane } from '../../src/core/row.ts';

it.each(sumLane)('$name has the same name everywhere, in the manner of the place', ({ name, kusto, sql }) => {
  expect(kusto).toBe(name[0]!.toUpperCase() + name.slice(1));
  expect(sql).toBe(name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
});

it('names every column once in a part', () => {
  const names = sumLane.filter(({ place }) => place !== 'position').map(({ json }) => json);
  expect(new Set(names).size).toBe(names.length);
  expect(sumLane.filter(({ json }) => json === '').map(({ name }) => name)).toEqual(['row']);
});

it('has a cell in the part for all that differs from row to row', () => {
  const inRows = sumLane.filter(({ place }) => place === 'row');
  expect(rowCells.map(({ name }) => name).sort()).toEqual(inRows.map(({ name }) => name).sort());
});

it('gives numbers a unit, and text none', () => {
  const measured = ({ type }: RowColumn) => type !== 'string' && type !== 'time';
  for (const column of sumLane.filter(({ place }) => place !== 'position'))
    expect([column.name, column.unit !== undefined]).toEqual([column.name, measured(column)]);
});
