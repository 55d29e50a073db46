/** `npm run docs`: writes what is generated in the documentation. The tests in test/docs say when it must be run. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withOptionTables } from './option-table.ts';
import { pictures } from './pictures/all.ts';

const root = path.resolve(import.meta.dirname, '../..');

const readme = path.join(root, 'README.md');
writeFileSync(readme, withOptionTables(readFileSync(readme, 'utf8')));

for (const [file, draw] of Object.entries(pictures)) writeFileSync(path.join(root, file), draw());
