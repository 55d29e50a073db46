/** Bundlers leave their marks in what they write. Drivers in a bundle are hidden from instrumentations. */

/** Helpers of esbuild, webpack, rollup and ncc. */
const MARKS =
  /\b__commonJS(?:Min)?\s*=|\b__toCommonJS\b|\b__webpack_require__\b|\b__nccwpck_require__\b|\bgetDefaultExportFromCjs\b/;
/** esbuild names the file in a comment, webpack and ncc as a key. */
const FILE = /node_modules\/(?:\.pnpm\/[^/\s"']+\/node_modules\/)?((?:@[\w.-]+\/)?[\w.-]+)\//g;

/** Packages in a bundle, as far as its text names them; undefined when it is no bundle. Sorted. */
export function bundledPackages(text: string): string[] | undefined {
  const names = new Set<string>();
  for (const [, name] of text.matchAll(FILE)) if (name !== undefined && name !== '.pnpm') names.add(name);
  return MARKS.test(text) ? [...names].sort() : undefined;
}
