/** What a spool asks of the file system, so that a test can make any of it fail, or a process die before or after any of it. */
import fs from 'node:fs';
import type { Part } from '../core/model.ts';
import { makeFolder, removeStale, syncFolder, type WriteOptions, writePart } from '../parts/part-files.ts';

/** Rejections are those of `node:fs`; ENOENT says that another process was faster. */
export interface SpoolFiles {
  makeFolder(directory: string, folder: string): Promise<string>;
  /** Whole and durable, or not at all. */
  write(folder: string, part: Part, options: WriteOptions): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Makes names durable. */
  sync(folder: string): Promise<void>;
  read(file: string): Promise<Uint8Array>;
  writeText(file: string, text: string): Promise<void>;
  /** Sets the mtime, in milliseconds since the epoch. */
  touch(file: string, ms: number): Promise<void>;
  stat(file: string): Promise<{ readonly mtimeMs: number; readonly size: number }>;
  /** All names; [] when the folder does not exist. */
  list(folder: string): Promise<string[]>;
  removeStale(folder: string, now: number): Promise<void>;
}

/** Names read at once: a folder of 100,000 parts must not hold the event loop. */
const LIST_AT_ONCE = 1_024;

export const spoolFiles: SpoolFiles = {
  makeFolder,
  write: writePart,
  link: (from, to) => fs.promises.link(from, to),
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (file) => fs.promises.unlink(file),
  sync: syncFolder,
  read: (file) => fs.promises.readFile(file),
  writeText: (file, text) => fs.promises.writeFile(file, text),
  touch: (file, ms) => fs.promises.utimes(file, ms / 1000, ms / 1000),
  stat: (file) => fs.promises.stat(file),
  async list(folder) {
    const names: string[] = [];
    try {
      for await (const entry of await fs.promises.opendir(folder, { bufferSize: LIST_AT_ONCE })) names.push(entry.name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return names;
  },
  removeStale,
};

/** True for the error of one who came too late. */
export const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException)?.code === 'ENOENT';
