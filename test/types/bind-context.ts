/** Compiled, not run: what `bindContext` gives has the type of what it got. */
import { bindContext } from '../../src/index.ts';

const add = bindContext((a: number, b: number) => a + b);
const sum: number = add(1, 2);
const find = bindContext(async <T>(items: readonly T[]): Promise<T | undefined> => items[sum]);
const found: Promise<string | undefined> = find(['a']);
bindContext(function (this: Date) {
  return this.getTime();
}).call(new Date());
void found;

// @ts-expect-error a string is no number
add('1', 2);
// @ts-expect-error only functions run later
bindContext('queue');
