/** The walks of the document against the code: each function is where it is said to be, and no place comes twice. */
import { DOCUMENT, type Step } from './document.ts';
import type { Source } from './sources.ts';

export function wrongSteps(walks: ReadonlyMap<string, readonly Step[]>, sources: readonly Source[]): string[] {
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const { file, name } of [...walks.values()].flat()) {
    const step = `${file}: ${name}`;
    const text = texts.get(file);
    if (text === undefined) wrong.push(`${DOCUMENT}: ${step}: there is no such file`);
    else if (!defines(text, name)) wrong.push(`${DOCUMENT}: ${step}: the file does not define it`);
    if (seen.has(step)) wrong.push(`${DOCUMENT}: ${step}: comes twice`);
    seen.add(step);
  }
  return wrong;
}

/** A function, a constant that may hold one, a class, or a method; `#name` is a private one. */
function defines(text: string, name: string): boolean {
  const outside = `(?:export )?(?:default )?(?:async )?(?:function\\*? |const |class )${name}\\b`;
  const method = ` {2}(?:(?:override|static|async|get) )*\\*?${name}(?:<[^(]*)?(?:\\((?:.*\\)(?:: [^=;]+)? \\{.*)?$| = .*=>)`;
  return new RegExp(`^(?:${outside}|${method})`, 'm').test(text);
}
