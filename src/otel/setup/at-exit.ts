import { printExitTable } from '../../engine/exit-table.ts';
import type { Attribution } from '../instance.ts';

/** One per attribution, however many set-ups share it. */
const arranged = new WeakMap<Attribution, () => void>();

/** What is still in memory leaves when the process ends, whoever ends it, and the table of who loaded what is printed. */
export function atExit(attribution: Attribution): () => void {
  const already = arranged.get(attribution);
  if (already !== undefined) return already;
  let done = false;
  const finish = (): void => {
    if (done) return;
    done = true;
    process.removeListener('exit', finish);
    for (const step of [() => attribution.flushSync(), () => printExitTable(attribution)]) {
      try {
        step();
      } catch {
        // An ending process must not end with an error of ours.
      }
    }
  };
  arranged.set(attribution, finish);
  process.once('exit', finish);
  return finish;
}
