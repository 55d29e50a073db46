import type { Figures } from './examine.ts';

/** The figures for a reader: a line each, and below it what the figure counts. */
export function text(figures: Figures): string {
  const { found } = figures;
  const lines = [
    row('files', figures.files),
    row('median lines', figures.medianLines),
    row('most lines', figures.maxLines),
    ...found.tooLong.map(below),
    row('circles of imports', figures.circles),
    ...found.circles.map(({ files, path }) => below(`${path.join(' → ')}  (${files.length} files)`)),
    row('imports upward', figures.upward),
    ...found.upward.map(({ file, imports }) => below(`${file} → ${imports}`)),
  ];
  return [...lines, '', ...(figures.wrong.length === 0 ? ['All is as it must be.'] : figures.wrong)].join('\n');
}

const row = (name: string, value: number): string => `${name.padEnd(20)}${String(value).padStart(6)}`;
const below = (line: string): string => `    ${line}`;
