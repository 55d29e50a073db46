import { DUMMIES } from './dummies.ts';
import type { Figures } from './examine.ts';

/** The figures for a reader: a line each, and below it what the figure counts. */
export function text(figures: Figures): string {
  const { found, wrong } = figures;
  const lines = [
    row('files', figures.files),
    row('lines, median', figures.medianLines),
    row('lines, most', figures.maxLines),
    ...found.tooLong.map(below),
    row('circles of imports', figures.circles),
    ...found.circles.map(({ files, path }) => below(`${path.join(' → ')}  (${files.length} files)`)),
    row('imports upward', figures.upward),
    ...found.upward.map(({ file, imports }) => below(`${file} → ${imports}`)),
    ...touchLines(figures),
    ...Object.entries(found.walks).map(([title, files]) => row(`files of the walk ${title}`, files)),
  ];
  return [...lines, '', ...(wrong.length === 0 ? ['All is as it must be.'] : wrong)].join('\n');
}

function touchLines({ found, ...figures }: Figures): string[] {
  return DUMMIES.flatMap(({ kind }) => {
    const { touched = [], generated = [] } = found.touches.find((one) => one.kind === kind) ?? {};
    return [
      row(`files to change for one more ${kind}`, figures[`${kind}Touches`] ?? '?'),
      ...touched.map(below),
      ...generated.map((file) => below(`${file}, by npm run docs`)),
    ];
  });
}

const row = (name: string, value: number | string): string => `${String(value).padStart(6)}  ${name}`;
const below = (line: string): string => `          ${line}`;
