/** The checked-in dashboards are what the generators make; `UPDATE=1` writes them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { adxDashboard, grafanaDashboard } from '../../../src/dashboards/index.ts';
import { place } from './place.ts';

it.each([
  ['adx.json', adxDashboard],
  ['grafana.json', grafanaDashboard],
] as const)('dashboards/%s', (name, generate) => {
  const file = new URL(`../../../dashboards/${name}`, import.meta.url);
  const text = `${JSON.stringify(generate(place), null, 2)}\n`;
  if (process.env.UPDATE === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8'), 'run with UPDATE=1 to write it').toBe(text);
});
