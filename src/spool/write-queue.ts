import type { Part } from '../core/model.ts';

/**
 * Writes one part at a time, in order of age. When several exporters spool the same part, one writes it and the others are told where the
 * copy is: they link to it.
 */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();
  #written: { readonly id: string; readonly file: string } | undefined;

  /** `write` gets the file of the same part written just before, if there is one. */
  run(part: Part, file: string, write: (copy: string | undefined) => Promise<void>): Promise<void> {
    const work = this.#last.then(async () => {
      const copy = this.#written?.id === part.id && this.#written.file !== file ? this.#written.file : undefined;
      await write(copy);
      this.#written = { id: part.id, file };
    });
    this.#last = work.catch(() => {});
    return work;
  }
}
