/** The directions in which folders may depend on each other, read from the import specifiers. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** Folder → what its files may import besides themselves: folders of src, `node:`, or packages. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core', 'node:', 'zod', 'yaml'],
  parts: ['core', 'node:'],
  spool: ['core', 'parts', 'node:'],
  pipeline: ['core', 'parts', 'spool', 'node:'],
  kusto: ['core'],
  exporters: ['core', 'parts', 'config', 'kusto', 'node:', 'zod', 'azure-kusto-data', 'azure-kusto-ingest'],
  stores: ['core', 'parts', 'kusto', 'reports', 'node:', '@duckdb/node-api'],
  reports: ['core', 'kusto', 'node:'],
  dashboards: ['core', 'kusto', 'reports', 'node:'],
  engine: ['core', 'config', 'parts', 'exporters', 'node:'],
  otel: ['core', 'engine', 'parts', 'pipeline', 'reports', 'node:', '@opentelemetry/api'],
  // The package's own name stands in code that `init` shows.
  setup: ['core', 'config', 'parts', 'engine', 'stores', 'reports', 'cli', 'node:', 'yaml', 'otel-attribution'],
  cli: [
    'core',
    'config',
    'parts',
    'spool',
    'kusto',
    'exporters',
    'engine',
    'stores',
    'reports',
    'dashboards',
    'otel',
    'setup',
    'node:',
    'commander',
    'yaml',
    'otel-attribution',
  ],
  'index.ts': ['core', 'engine', 'exporters', 'otel'],
  'register.ts': ['core', 'otel', 'node:'],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const statement =
    /\b(?:import|export)\s+(type\s)?[^'";]*?\bfrom\s+'([^']+)'|\bimport\s+'([^']+)'|\b(?:typeof )?import\(\s*'([^']+)'/g;
  return [...text.matchAll(statement)].map((match) => ({
    file,
    specifier: (match[2] ?? match[3] ?? match[4])!,
    typeOnly: match[1] !== undefined || match[0].startsWith('typeof'),
  }));
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);

function destination({ file, specifier }: Import): string {
  if (specifier.startsWith('node:')) return 'node:';
  if (!specifier.startsWith('.')) return specifier;
  return path.relative(SRC, path.resolve(SRC, path.dirname(file), specifier)).split(path.sep)[0]!;
}

it('sees the imports there are', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports.length).toBeGreaterThan(200);
});

it('folders depend in one direction', () => {
  const wrong = imports.filter((one) => {
    const from = one.file.split(path.sep)[0]!;
    const to = destination(one);
    if (to === from) return false;
    // Types may come from packages that are not there at run time; the option types name the exporter contract.
    if (one.typeOnly && (to.startsWith('@opentelemetry/') || to === '@duckdb/node-api')) return from === 'core';
    return !(ALLOWED[from] ?? []).includes(to);
  });
  expect(wrong).toEqual([]);
});

it('exporters do not depend on one another', () => {
  const wrong = imports.filter(({ file, specifier }) => {
    const [from, name] = file.split(path.sep);
    if (from !== 'exporters' || !specifier.startsWith('.')) return false;
    const to = path.relative(SRC, path.resolve(SRC, path.dirname(file), specifier)).split(path.sep);
    return to[0] === 'exporters' && to[1] !== name;
  });
  expect(wrong).toEqual([]);
});

it('core reads no clock and rolls no dice', () => {
  const wrong = files
    .filter((file) => file.startsWith(`core${path.sep}`))
    .filter((file) =>
      /\bDate\.now\(|\bnew Date\(\)|Math\.random\(|\bprocess\.(?:env|argv|pid|hrtime|cwd)\b/.test(
        readFileSync(path.join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
      ),
    );
  expect(wrong).toEqual([]);
});
