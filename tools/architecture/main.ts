/** `npm run architecture`: figures of the structure. Exit code 1 when one of them is not what it must be. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { examine } from './examine.ts';
import { text } from './text.ts';
import { measureTouches } from './touches.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const root = path.resolve(import.meta.dirname, '../..');
const figures = examine(root, await measureTouches(root));
process.stdout.write(`${values.json ? JSON.stringify(figures, null, 2) : text(figures)}\n`);
process.exitCode = figures.wrong.length === 0 ? 0 : 1;
