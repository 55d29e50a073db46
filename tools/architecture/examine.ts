import { type Circle, circlesOf } from './circles.ts';
import { readDocument, type Step } from './document.ts';
import { DUMMIES } from './dummies.ts';
import { type Offence, upwardImports } from './house.ts';
import { readSources, type Source } from './sources.ts';
import type { Touch, Touches } from './touches.ts';

/** A file that is longer than this is to be split. */
export const LINES_MAX = 400;
/** Files that may have to change for one more exporter, receiver or option, besides its own. */
const TOUCHES_MAX = 1;

export interface Figures {
  readonly files: number;
  readonly medianLines: number;
  readonly maxLines: number;
  readonly circles: number;
  readonly upward: number;
  /** Null where the addition did not work. */
  readonly exporterTouches: number | null;
  readonly receiverTouches: number | null;
  readonly optionTouches: number | null;
  /** What the figures count. */
  readonly found: {
    readonly tooLong: readonly string[];
    readonly circles: readonly Circle[];
    readonly upward: readonly Offence[];
    readonly touches: readonly Touch[];
    /** Of each walk of the document, how many files it passes. */
    readonly walks: Readonly<Record<string, number>>;
  };
  /** A sentence for each figure that is not what it must be. */
  readonly wrong: readonly string[];
}

export function examine(root: string, { touches, failure }: Touches): Figures {
  const sources = readSources(root);
  const { directions, walks } = readDocument(root);
  const lines = sources.map((source) => source.lines).sort((a, b) => a - b);
  const tooLong = tooLongFiles(sources).map(({ file, lines }) => `${file}: ${lines}`);
  const circles = circlesOf(sources);
  const upward = upwardImports(sources, directions);
  const count = (kind: string) =>
    failure === '' ? (touches.find((one) => one.kind === kind)?.touched.length ?? null) : null;
  return {
    files: sources.length,
    medianLines: lines[Math.floor(lines.length / 2)]!,
    maxLines: lines.at(-1)!,
    circles: circles.length,
    upward: upward.length,
    exporterTouches: count('exporter'),
    receiverTouches: count('receiver'),
    optionTouches: count('option'),
    found: { tooLong, circles, upward, touches, walks: filesOf(walks) },
    wrong: [
      ...(tooLong.length > 0 ? [`files of more than ${LINES_MAX} lines: ${tooLong.length}`] : []),
      ...(circles.length > 0 ? [`circles of imports between files: ${circles.length}`] : []),
      ...(upward.length > 0 ? [`imports against the directions of the document: ${upward.length}`] : []),
      ...wrongTouches(touches, failure),
    ],
  };
}

function wrongTouches(touches: readonly Touch[], failure: string): string[] {
  if (failure !== '') return [`one more exporter, receiver and option do not work: ${failure}`];
  const missing = DUMMIES.map(({ kind }) => kind).filter((kind) => !touches.some((one) => one.kind === kind));
  return [
    ...touches
      .filter(({ touched }) => touched.length > TOUCHES_MAX)
      .map(({ kind, touched }) => `files to change for one more ${kind}: ${touched.length}`),
    ...(missing.length > 0 ? [`${missing.join(' and ')} were not measured`] : []),
  ];
}

export function tooLongFiles(sources: readonly Source[]): Source[] {
  return sources.filter(({ lines }) => lines > LINES_MAX);
}

function filesOf(walks: ReadonlyMap<string, readonly Step[]>): Record<string, number> {
  return Object.fromEntries([...walks].map(([title, steps]) => [title, new Set(steps.map(({ file }) => file)).size]));
}
