/** Whether the application is a bundle, and of what. Read piece by piece: some bundles are large, and the host is at work. */
import { createReadStream } from 'node:fs';
import { bundleMarks } from '../../core/bundle-marks.ts';

const PIECE_BYTES = 128 * 1024;
const READ_BYTES_MAX = 16 * 1024 * 1024;
/** Longer than any mark or name of a package with what stands before it. */
const OVERLAP = 512;

/** Packages in the main script, as far as it names them; undefined when it is no bundle. Never rejects. */
export async function readBundle(script: string | undefined): Promise<string[] | undefined> {
  if (script === undefined) return undefined;
  const names = new Set<string>();
  let isBundle = false;
  let before = '';
  try {
    const pieces = createReadStream(script, { encoding: 'utf8', highWaterMark: PIECE_BYTES, end: READ_BYTES_MAX });
    for await (const piece of pieces as AsyncIterable<string>) {
      const { marked, packages } = bundleMarks(before + piece);
      isBundle ||= marked;
      for (const name of packages) names.add(name);
      before = piece.slice(-OVERLAP);
    }
  } catch {
    return undefined;
  }
  return isBundle ? [...names].sort() : undefined;
}
