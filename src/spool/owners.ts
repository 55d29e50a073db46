/**
 * Who sends the parts of an instance. Each process keeps `<instance>.owner-<holder>` in the folder and touches it; parts of an instance
 * whose owner file is stale go to whoever renames that file to its own name, and one rename succeeds. Owners keep processes from doing the
 * same work; that nothing is sent twice where it must not be rests on the parts' own names (`spool-names.ts`), whatever happens here.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { SpoolFiles } from './spool-files.ts';
import { isGone } from './spool-files.ts';
import { ownerName } from './spool-names.ts';

export const HEARTBEAT_MS = 10_000;
/** An owner that was not touched for so long has died; one that finds itself this late asks before it sends. */
export const OWNER_STALE_MS = 60_000;

/** Clocks that step back leave heartbeats in the future: those are no sign of life either. */
export const isStale = (mtimeMs: number, now: number): boolean => Math.abs(now - mtimeMs) > OWNER_STALE_MS;

export class Owners {
  readonly #folder: string;
  readonly #holder: string;
  readonly #now: () => number;
  readonly #files: SpoolFiles;
  readonly #held = new Set<string>();
  /** Instances that had parts and no owner when last looked at. */
  #ownerless = new Set<string>();
  #beatAt = Number.NEGATIVE_INFINITY;
  #overslept = false;

  constructor(folder: string, holder: string, now: () => number, files: SpoolFiles) {
    this.#folder = folder;
    this.#holder = holder;
    this.#now = now;
    this.#files = files;
  }

  /** As far as this process knows. */
  owns(instance: string): boolean {
    return this.#held.has(instance);
  }

  /** False after a pause in which another may have taken over. */
  get awake(): boolean {
    const age = this.#now() - this.#beatAt;
    return age >= 0 && age < OWNER_STALE_MS / 2;
  }

  /** Makes this process the owner of an instance that has none: its own, in general. */
  async own(instance: string): Promise<void> {
    const file = this.#file(instance, this.#holder);
    await this.#files.writeText(file, '');
    await this.#files.touch(file, this.#now());
    this.#held.add(instance);
    if (this.#beatAt === Number.NEGATIVE_INFINITY) this.#beatAt = this.#now();
  }

  /** The sign of life. Resolves with the instances that others have taken over. */
  async beat(): Promise<string[]> {
    const now = this.#now();
    this.#overslept = now - this.#beatAt > OWNER_STALE_MS / 2 && this.#beatAt !== Number.NEGATIVE_INFINITY;
    const lost: string[] = [];
    for (const instance of [...this.#held]) {
      try {
        await this.#files.touch(this.#file(instance, this.#holder), now);
      } catch (error) {
        if (isGone(error) && this.#held.delete(instance)) lost.push(instance);
      }
    }
    this.#beatAt = now;
    return lost;
  }

  /**
   * Takes over what has no living owner. `owners`: the holders seen for each instance; `withParts`: the instances that have parts.
   * Resolves with instances given up because two had taken them.
   */
  async settle(owners: ReadonlyMap<string, readonly string[]>, withParts: ReadonlySet<string>): Promise<string[]> {
    // Who overslept (a suspended machine) sees everybody late: the others get a round to wake up.
    if (this.#overslept) return [];
    const lost: string[] = [];
    for (const [instance, holders] of owners) {
      for (const holder of holders) {
        if (holder !== this.#holder) await this.#meet(instance, holder, withParts.has(instance), lost);
      }
      if (this.#held.has(instance) && instance !== this.#holder && !withParts.has(instance))
        await this.#letGo(instance);
    }
    // A folder is not listed in one instant: a missing owner is believed at the second look.
    const ownerless = new Set([...withParts].filter((instance) => !owners.has(instance)));
    for (const instance of ownerless) if (this.#ownerless.has(instance)) await this.own(instance);
    this.#ownerless = ownerless;
    return lost;
  }

  /**
   * At the end: others may take over at once. Without parts (`withParts`, if that is known) there is nothing to take over. A process that
   * goes on after all is the owner again at its next sign of life.
   */
  release(withParts?: ReadonlySet<string | undefined>): void {
    for (const instance of this.#held) {
      const file = this.#file(instance, this.#holder);
      try {
        if (withParts === undefined || withParts.has(instance)) fs.utimesSync(file, 0, 0);
        else fs.unlinkSync(file);
      } catch {
        // Taken over, or the disk refuses: then it turns stale by itself.
      }
    }
    this.#beatAt = Number.NEGATIVE_INFINITY;
  }

  /** Gives up an instance that has no parts. */
  async #letGo(instance: string): Promise<void> {
    this.#held.delete(instance);
    await this.#files.remove(this.#file(instance, this.#holder)).catch(() => {});
  }

  async #meet(instance: string, holder: string, hasParts: boolean, lost: string[]): Promise<void> {
    const file = this.#file(instance, holder);
    const now = this.#now();
    try {
      if (!isStale((await this.#files.stat(file)).mtimeMs, now)) {
        // Two at once, after both found none: the first by name stays.
        if (this.#held.has(instance) && holder < this.#holder) {
          await this.#letGo(instance);
          lost.push(instance);
        }
      } else if (this.#held.has(instance) || !hasParts) {
        await this.#files.remove(file);
      } else {
        await this.#files.touch(file, now);
        await this.#files.rename(file, this.#file(instance, this.#holder));
        this.#held.add(instance);
      }
    } catch (error) {
      // Another was faster.
      if (!isGone(error)) throw error;
    }
  }

  #file(instance: string, holder: string): string {
    return path.join(this.#folder, ownerName(instance, holder));
  }
}
