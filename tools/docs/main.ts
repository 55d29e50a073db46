/** `npm run docs`: writes what is generated in the documentation. test/docs/docs-options.test.ts says when it must be run. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withOptionTables } from './option-table.ts';

const file = path.resolve(import.meta.dirname, '../../docs/options.md');
writeFileSync(file, withOptionTables(readFileSync(file, 'utf8')));
