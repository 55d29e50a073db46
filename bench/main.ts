/**
 * `node --expose-gc bench/main.ts [--json] [--brief] [--only name]`: every figure beside that of a peer measured in the same run.
 * Rows that miss their goal are kept, with a note on what limits them.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type BenchOptions, type BenchRow, sink } from './row.ts';

interface BenchModule {
  rows(options: BenchOptions): Promise<BenchRow[]>;
}

/** In the order they run. */
const modules: readonly { readonly name: string; readonly load: () => Promise<BenchModule> }[] = [
  { name: 'aggregate', load: () => import('./aggregate.ts') },
  { name: 'mapping', load: () => import('./mapping.ts') },
  { name: 'span', load: () => import('./span.ts') },
  { name: 'rotation', load: () => import('./rotation.ts') },
  { name: 'import', load: () => import('./import.ts') },
  { name: 'storefront', load: () => import('./storefront.ts') },
];

const { values: args } = parseArgs({
  options: { json: { type: 'boolean' }, brief: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const unknown = args.only?.filter((name) => !modules.some((m) => m.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`bench: no such module: ${unknown.join(', ')} (there are: ${modules.map((m) => m.name).join(', ')})`);
  process.exit(2);
}

const rows: BenchRow[] = [];
for (const { name, load } of modules) {
  if (args.only !== undefined && !args.only.includes(name)) continue;
  const started = performance.now();
  rows.push(...(await (await load()).rows({ brief: args.brief === true })));
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

const result = { node: process.version, cpu: cpus()[0]?.model.trim() ?? 'unknown', commit: commit(), rows };
if (args.json) console.log(JSON.stringify(result, null, 2));
else print(result);
// Keeps the measured loops alive.
if (sink.value === 0.1) console.error('');

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

function print({ node, cpu, commit, rows }: typeof result): void {
  console.log(`${cpu} · Node ${node} · ${commit}${args.brief ? ' · brief: figures mean nothing' : ''}\n`);
  const table = [
    ['', 'ours', 'peer', 'unit', 'ratio', 'goal', '', 'against'],
    ...rows.map((r) => [
      r.name,
      String(r.ours),
      r.peer === null ? '–' : String(r.peer),
      r.unit,
      r.ratio === null ? '' : String(r.ratio),
      r.goal,
      r.goal === '' ? '' : r.met ? 'met' : 'NOT MET',
      r.peerName,
    ]),
  ];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((line) => line[i]!.length)));
  for (const line of table) {
    const cells = line.map((cell, i) =>
      i === 1 || i === 2 || i === 4 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    );
    console.log(cells.join('  ').trimEnd());
  }
  const notes = rows.filter((r) => r.note !== undefined);
  if (notes.length > 0) console.log('');
  for (const r of notes) console.log(`${r.name}: ${r.note}`);
}
