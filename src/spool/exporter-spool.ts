/**
 * The spool of one exporter: part files in `<directory>/<folder>/`, shared by any number of processes without locks.
 * `spool-names.ts` says how names carry the state, `owners.ts` who sends what.
 */
import path from 'node:path';
import type { Missed, QueueState } from '../core/contracts/part-queue.ts';
import { AttributionError } from '../core/errors.ts';
import type { Part } from '../core/model.ts';
import type { DirectorySize } from '../parts/directory-size.ts';
import { partFromBytes } from '../parts/part-codec.ts';
import { makeFolderSync, writePartSync } from '../parts/part-files.ts';
import { Owners } from './owners.ts';
import { isGone, type SpoolFiles } from './spool-files.ts';
import { parseOwnerName, parseSpoolName, spoolName } from './spool-names.ts';
import type { WriteQueue } from './write-queue.ts';

/** A part in the spool, without its body. */
export interface SpoolEntry {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  readonly sealedAt: number;
  /** Unknown of a part that another process wrote. */
  readonly rows: number | undefined;
  file: string;
  state: QueueState;
  /** When it was first sent, in milliseconds since the epoch. */
  since: number | undefined;
  missed: Missed | undefined;
}

export interface SpoolOptions {
  readonly directory: string;
  readonly folder: string;
  /** This process. */
  readonly instance: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly size: DirectorySize;
  readonly queue: WriteQueue;
  readonly files: SpoolFiles;
}

/** Files looked at together. */
const STAT_AT_ONCE = 32;
/** Names read in one turn of the event loop: about a millisecond. */
const NAMES_PER_TURN = 1_000;

export class ExporterSpool {
  readonly path: string;
  readonly #options: SpoolOptions;
  readonly #files: SpoolFiles;
  #owners: Owners | undefined;
  #opened: Promise<void> | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#files = options.files;
    this.path = path.join(path.resolve(options.directory), options.folder);
  }

  /**
   * Writes a part, durably, before it is sent: as waiting, or as sent at `since`.
   * @throws AttributionError `ATTR_SPOOL_FULL`, or what the file system says
   */
  async write(part: Part, state: QueueState, since?: number, missed?: Missed): Promise<SpoolEntry> {
    const name = spoolName(part.id, state, since, missed);
    const { queue, size } = this.#options;
    await queue.run(part, path.join(this.path, name), async (copy) => {
      await this.#open();
      if (copy !== undefined && (await this.#link(copy, name))) return;
      await size.reserve(part.body.length);
      try {
        await this.#writeFile(part, name);
      } catch (error) {
        size.giveBack(part.body.length);
        throw error;
      }
    });
    return entryOf(part, name, state, since, missed);
  }

  /** The same in this turn, for the end of a process. */
  writeSync(part: Part, state: QueueState, since?: number, missed?: Missed): SpoolEntry {
    makeFolderSync(this.#options.directory, this.#options.folder);
    this.#options.size.reserveSync(part.body.length);
    const name = spoolName(part.id, state, since, missed);
    writePartSync(this.path, part, { name, mtimeMs: part.sealedAt });
    return entryOf(part, name, state, since, missed);
  }

  /**
   * The part with its body; undefined when another process has taken it.
   * @throws AttributionError `ATTR_PART_CORRUPT`, `ATTR_PART_VERSION`, or what the file system says
   */
  async read(entry: SpoolEntry): Promise<Part | undefined> {
    let body: Uint8Array;
    try {
      body = await this.#files.read(path.join(this.path, entry.file));
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
    const { id, instance, sequence, sealedAt, rows } = entry;
    if (rows !== undefined) return { id, instance, sequence, sealedAt, rows, body };
    const part = await partFromBytes(body, entry.file);
    if (part.id === id) return part;
    throw new AttributionError(
      'ATTR_PART_CORRUPT',
      `${entry.file} holds the part ${part.id}: its name is wrong. Rename it.`,
    );
  }

  /** Gives a part another state. `durable`: survives a power cut once resolved. False when another process has taken it. */
  async mark(
    entry: SpoolEntry,
    state: QueueState,
    since: number | undefined,
    durable: boolean,
    missed = entry.missed,
  ): Promise<boolean> {
    const name = spoolName(entry.id, state, since, missed);
    if (name !== entry.file) {
      if (!(await this.#renamed(path.join(this.path, entry.file), path.join(this.path, name)))) return false;
      entry.file = name;
      if (durable) await this.#files.sync(this.path);
    }
    entry.state = state;
    entry.since = since;
    entry.missed = missed;
    return true;
  }

  /** Delivered. */
  async remove(entry: SpoolEntry): Promise<void> {
    try {
      await this.#files.remove(path.join(this.path, entry.file));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Moves a part to the quarantine with the reason beside it. False when another process has taken it. */
  async setAside(entry: SpoolEntry, reason: string): Promise<boolean> {
    const { directory, folder } = this.#options;
    const quarantine = await this.#files.makeFolder(directory, path.join('quarantine', folder));
    const file = path.join(quarantine, spoolName(entry.id, 'waiting'));
    // A reason without its part harms nobody; a part without its reason would puzzle.
    await this.#files.writeText(file.replace(/\.json\.zst$/, '.reason.txt'), `${reason}\n`);
    if (!(await this.#renamed(path.join(this.path, entry.file), file))) return false;
    await this.#files.sync(quarantine);
    return true;
  }

  /** The sign of life; resolves with instances lost to others. */
  async beat(): Promise<string[]> {
    return this.#owners?.beat() ?? [];
  }

  /** Whether the parts of `instance` are this process's to send; asks again after a pause in which another may have taken them. */
  async owns(instance: string): Promise<boolean> {
    const owners = this.#owners;
    if (owners === undefined) return false;
    return owners.owns(instance) && (owners.awake || !(await owners.beat()).includes(instance));
  }

  /**
   * Takes over parts without a living owner. Resolves with up to `room` parts that are this process's and that it does not know yet,
   * oldest first, and with the instances it had to give up.
   */
  async scan(isKnown: (id: string) => boolean, room: number): Promise<{ found: SpoolEntry[]; givenUp: string[] }> {
    const names = await this.#files.list(this.path);
    if (names.length === 0) return { found: [], givenUp: [] };
    await this.#open();
    const owners = new Map<string, string[]>();
    const parts = new Map<string, { name: string; parsed: NonNullable<ReturnType<typeof parseSpoolName>> }>();
    for (const [i, name] of names.entries()) {
      if (i % NAMES_PER_TURN === NAMES_PER_TURN - 1) await nextTurn();
      const parsed = parseSpoolName(name);
      const owner = parsed === undefined ? parseOwnerName(name) : undefined;
      if (parsed !== undefined) parts.set(parsed.id, { name, parsed });
      if (owner !== undefined) owners.set(owner.instance, [...(owners.get(owner.instance) ?? []), owner.holder]);
    }
    const givenUp = await this.#owners!.settle(
      owners,
      new Set([...parts.values()].map(({ parsed }) => parsed.instance)),
    );
    const mine = [...parts.values()].filter(({ parsed }) => this.#owners!.owns(parsed.instance) && !isKnown(parsed.id));
    const found: SpoolEntry[] = [];
    for (let i = 0; i < mine.length; i += STAT_AT_ONCE) {
      const some = mine.slice(i, i + STAT_AT_ONCE).map(async ({ name, parsed }) => {
        const stat = await this.#files.stat(path.join(this.path, name)).catch(() => undefined);
        if (stat !== undefined && !isKnown(parsed.id))
          found.push({ ...parsed, file: name, sealedAt: Math.round(stat.mtimeMs), rows: undefined });
      });
      await Promise.all(some);
    }
    found.sort((a, b) => a.sealedAt - b.sealedAt || a.sequence - b.sequence);
    return { found: found.slice(0, Math.max(0, room)), givenUp };
  }

  /** At the end: others may take over at once, and nothing is left of an owner without parts. */
  async leave(): Promise<void> {
    const names = this.#owners === undefined ? [] : await this.#files.list(this.path).catch(() => undefined);
    this.#owners?.release(names && new Set(names.map((name) => parseSpoolName(name)?.instance)));
  }

  /** The same in this turn. */
  leaveSync(): void {
    this.#owners?.release();
  }

  #open(): Promise<void> {
    this.#opened ??= this.#makeFolder().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #makeFolder(): Promise<void> {
    const { directory, folder, instance, now } = this.#options;
    await this.#files.makeFolder(directory, folder);
    await this.#files.removeStale(this.path, now());
    if (this.#owners !== undefined) return;
    const owners = new Owners(this.path, instance(), now, this.#files);
    await owners.own(instance());
    this.#owners = owners;
  }

  async #writeFile(part: Part, name: string): Promise<void> {
    const options = { name, mtimeMs: part.sealedAt };
    try {
      await this.#files.write(this.path, part, options);
    } catch (error) {
      if (!isGone(error)) throw error;
      // The folder was removed under us.
      this.#opened = undefined;
      await this.#open();
      await this.#files.write(this.path, part, options);
    }
  }

  async #link(copy: string, name: string): Promise<boolean> {
    try {
      await this.#files.link(copy, path.join(this.path, name));
      await this.#files.sync(this.path);
      return true;
    } catch (error) {
      // Sent already, another file system, or one without links: written once more.
      return (error as NodeJS.ErrnoException).code === 'EEXIST';
    }
  }

  async #renamed(from: string, to: string): Promise<boolean> {
    try {
      await this.#files.rename(from, to);
      return true;
    } catch (error) {
      // A missing folder says ENOENT as well: then the part is gone all the same.
      if (isGone(error)) return false;
      throw error;
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function entryOf(
  part: Part,
  file: string,
  state: QueueState,
  since: number | undefined,
  missed: Missed | undefined,
): SpoolEntry {
  const { id, instance, sequence, sealedAt, rows } = part;
  return {
    id,
    instance,
    sequence,
    sealedAt,
    rows,
    file,
    state,
    since: state === 'waiting' ? undefined : since,
    missed,
  };
}
