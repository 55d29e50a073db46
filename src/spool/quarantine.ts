import fs from 'node:fs';
import path from 'node:path';
import type { QuarantinedPart } from '../core/contracts/part-queue.ts';
import { makeFolder, makeFolderSync, partFileName, writePart, writePartSync } from '../parts/part-files.ts';
import { folderName } from './spool-names.ts';

/**
 * Parts that an exporter could not deliver, kept for a person to look at: as `<directory>/quarantine/<exporter>/<id>.json.zst` with
 * `<id>.reason.txt` beside it, or in memory where there is no directory. Bounded in bytes; what finds no room is refused.
 */
export class Quarantine {
  readonly #directory: string | undefined;
  readonly #maxBytes: number;
  readonly #inMemory: QuarantinedPart[] = [];
  #bytes = 0;

  constructor(directory: string | undefined, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** What is kept in memory, oldest first. */
  get parts(): readonly QuarantinedPart[] {
    return this.#inMemory;
  }

  /** False when the part could not be kept. Never rejects. */
  async keep(entry: QuarantinedPart): Promise<boolean> {
    if (!this.#reserve(entry)) return false;
    if (this.#directory === undefined) return this.#remember(entry);
    try {
      const folder = await makeFolder(this.#directory, folderOf(entry));
      await writePart(folder, entry.part);
      await fs.promises.writeFile(reasonFile(folder, entry), `${entry.reason}\n`);
      return true;
    } catch {
      return this.#remember(entry);
    }
  }

  /** The same in one turn, for the end of a process. */
  keepSync(entry: QuarantinedPart): boolean {
    if (!this.#reserve(entry)) return false;
    if (this.#directory === undefined) return this.#remember(entry);
    try {
      const folder = makeFolderSync(this.#directory, folderOf(entry));
      writePartSync(folder, entry.part);
      fs.writeFileSync(reasonFile(folder, entry), `${entry.reason}\n`);
      return true;
    } catch {
      return this.#remember(entry);
    }
  }

  #reserve(entry: QuarantinedPart): boolean {
    if (this.#bytes + entry.part.body.length > this.#maxBytes) return false;
    this.#bytes += entry.part.body.length;
    return true;
  }

  #remember(entry: QuarantinedPart): boolean {
    this.#inMemory.push(entry);
    return true;
  }
}

function folderOf(entry: QuarantinedPart): string {
  return path.join('quarantine', folderName(entry.exporter));
}

function reasonFile(folder: string, entry: QuarantinedPart): string {
  return path.join(folder, `${partFileName(entry.part).replace(/\.json\.zst$/, '')}.reason.txt`);
}
