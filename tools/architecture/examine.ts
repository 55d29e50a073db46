import { type Circle, circlesOf } from './circles.ts';
import { readDocument } from './document.ts';
import { type Offence, upwardImports } from './house.ts';
import { readSources } from './sources.ts';

/** A file that is longer than this is to be split. */
export const LINES_MAX = 400;

export interface Figures {
  readonly files: number;
  readonly medianLines: number;
  readonly maxLines: number;
  readonly circles: number;
  readonly upward: number;
  /** What the figures count. */
  readonly found: {
    readonly tooLong: readonly string[];
    readonly circles: readonly Circle[];
    readonly upward: readonly Offence[];
  };
  /** A sentence for each figure that is not what it must be. */
  readonly wrong: readonly string[];
}

export function examine(root: string): Figures {
  const sources = readSources(root);
  const lines = sources.map((source) => source.lines).sort((a, b) => a - b);
  const tooLong = sources.filter((source) => source.lines > LINES_MAX).map(({ file, lines }) => `${file}: ${lines}`);
  const circles = circlesOf(sources);
  const upward = upwardImports(sources, readDocument(root).directions);
  return {
    files: sources.length,
    medianLines: lines[Math.floor(lines.length / 2)]!,
    maxLines: lines.at(-1)!,
    circles: circles.length,
    upward: upward.length,
    found: { tooLong, circles, upward },
    wrong: [
      ...(tooLong.length > 0 ? [`${tooLong.length} files have more than ${LINES_MAX} lines`] : []),
      ...(circles.length > 0 ? [`${circles.length} circles of imports between files`] : []),
      ...(upward.length > 0 ? [`${upward.length} imports against the directions of docs/architecture.md`] : []),
    ],
  };
}
