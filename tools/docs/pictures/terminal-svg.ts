/** What a terminal shows, as an SVG with a background of its own: readable on light pages and on dark ones. */

/** In pixels. A character of nearly every monospaced font is 0.6 of its size wide. */
const SIZE = 14;
const CHARACTER = SIZE * 0.6;
const LINE = 20;
const MARGIN = 18;
const BAR = 34;

const COLOURS = { ground: '#16181d', bar: '#23262d', text: '#d6d9df', bold: '#ffffff', dim: '#8b929e' };
const FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

interface Run {
  /** Column of its first character. */
  readonly at: number;
  readonly text: string;
  readonly dress: '' | 'b' | 'd';
}

/** `text` may be bold or dim by escape sequences. `command` stands in the bar above. */
export function terminalSvg(command: string, text: string, label: string): string {
  const lines = text.split('\n').map(runsOf);
  const columns = Math.max(...lines.flat().map(({ at, text }) => at + text.length));
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = BAR + lines.length * LINE + 2 * MARGIN - (LINE - SIZE);
  const body = lines.flatMap((runs, i) => runs.map((run) => runSvg(run, BAR + MARGIN + SIZE - 2 + i * LINE)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">
<title>${escaped(label)}</title>
<style>text{font-family:${FONT};font-size:${SIZE}px;fill:${COLOURS.text};white-space:pre}.b{fill:${COLOURS.bold};font-weight:bold}.d{fill:${COLOURS.dim}}</style>
<rect width="${width}" height="${height}" rx="8" fill="${COLOURS.ground}"/>
<path d="M0 8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${BAR - 8}H0z" fill="${COLOURS.bar}"/>
${runSvg({ at: 0, text: `$ ${command}`, dress: '' }, 22)}
${body.join('\n')}
</svg>
`;
}

/** Where it begins and how wide it is are said, so that columns stand below one another in any font. */
function runSvg({ at, text, dress }: Run, y: number): string {
  const x = round(MARGIN + at * CHARACTER);
  const dressed = dress === '' ? '' : ` class="${dress}"`;
  return `<text${dressed} x="${x}" y="${y}" textLength="${round(text.length * CHARACTER)}">${escaped(text)}</text>`;
}

/** A line in pieces of one dress, without the room between columns. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let dress: Run['dress'] = '';
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a dress begins with this character.
  for (const [piece, code] of line.matchAll(/\u001b\[(\d*)m|[^\u001b]+/g)) {
    if (code !== undefined) {
      dress = code === '1' ? 'b' : code === '2' ? 'd' : '';
      continue;
    }
    for (const word of piece.matchAll(/\S+(?: \S+)*/g)) runs.push({ at: column + word.index, text: word[0], dress });
    column += piece.length;
  }
  return runs;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const round = (n: number): string => String(Math.round(n * 10) / 10);
