/** What `require` and `import` give for the same module: its exports, or a namespace with them as `default`. */
export interface Exports {
  // biome-ignore lint/suspicious/noExplicitAny: modules of a dozen libraries, each looked at before it is touched
  [name: string]: any;
}

/** The main export: of an ES module, of CommonJS compiled from one, of either in a namespace. */
export function mainExport(exports: Exports | undefined): Exports | undefined {
  let main = exports;
  while (typeof main === 'object' && main?.default !== undefined && main.default !== main) main = main.default;
  return main;
}

/** Puts `replacement` where the module exports `original`. @returns what `require` has to give. */
export function replaceMain(exports: Exports, original: unknown, replacement: unknown): Exports {
  if (exports === original) return replacement as Exports;
  for (let at: Exports | undefined = exports; typeof at === 'object' && at !== null; at = at.default) {
    if (at.default !== original) continue;
    at.default = replacement;
    break;
  }
  return exports;
}
