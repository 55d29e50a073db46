/** Bundlers leave their marks in what they write. Drivers in a bundle are hidden from instrumentations. */

/** Helpers of esbuild, webpack, rollup and ncc. */
const MARKS =
  /\b__commonJS(?:Min)?\s*=|\b__toCommonJS\b|\b__webpack_require__\b|\b__nccwpck_require__\b|\bgetDefaultExportFromCjs\b/;
/** esbuild names the file in a comment, webpack and ncc as a key. */
const FILE = /node_modules\/(?:\.pnpm\/[^/\s"']+\/node_modules\/)?((?:@[\w.-]+\/)?[\w.-]+)\//g;

/** A piece of a file: whether a bundler left its mark there, and the packages that are named. */
export function bundleMarks(text: string): { readonly marked: boolean; readonly packages: ReadonlySet<string> } {
  const packages = new Set<string>();
  for (const [, name] of text.matchAll(FILE)) if (name !== undefined && name !== '.pnpm') packages.add(name);
  return { marked: MARKS.test(text), packages };
}

/** Packages in a bundle, as far as its text names them; undefined when it is no bundle. Sorted. */
export function bundledPackages(text: string): string[] | undefined {
  const { marked, packages } = bundleMarks(text);
  return marked ? [...packages].sort() : undefined;
}
