/** The picture of `otel-attribution top`: what the command's own code makes of a recorded look at the demo. */
import { colours } from '../../../src/cli/output.ts';
import type { TopPicture } from '../../../src/cli/top/sample.ts';
import { topText } from '../../../src/cli/top/text.ts';
import { terminalSvg } from './terminal-svg.ts';
import recorded from './top.json' with { type: 'json' };

/** Of the terminal. */
const COLUMNS = 96;
const LINES = 28;

/** As a terminal of this size gets it, escape sequences included. */
export function topScreen(): string {
  const picture: TopPicture = recorded.picture;
  return topText(picture, {
    intervalMs: recorded.intervalMs,
    tz: 'UTC',
    sheet: { width: COLUMNS, style: colours({ isTTY: true }, {}) },
    lines: LINES,
    keys: 'q leaves · by origin,operation',
  });
}

export const topSvg = (): string =>
  terminalSvg(
    'otel-attribution top',
    topScreen(),
    'otel-attribution top: operations in flight per target, by origin and operation, on the demo shop',
  );
