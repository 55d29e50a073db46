import type { OutletQueue, PartQueue, PutResult, QuarantinedPart, QueueOwner } from '../core/contracts/part-queue.ts';
import type { Part } from '../core/model.ts';
import { DirectorySize } from '../parts/directory-size.ts';
import { ExporterSpool } from './exporter-spool.ts';
import { FolderQueue } from './folder-queue.ts';
import { MemoryQueue } from './memory-queue.ts';
import { MemoryShare, PartMemory } from './part-memory.ts';
import { Quarantine } from './quarantine.ts';
import type { SpoolFiles } from './spool-files.ts';
import { folderName } from './spool-names.ts';
import { WriteQueue } from './write-queue.ts';

export interface SpoolQueueOptions {
  readonly directory: string | undefined;
  readonly maxSpoolBytes: number;
  readonly memoryPartsBytes: number;
  readonly quarantineBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly files: SpoolFiles;
}

/**
 * The queue of the plug-in. Parts are taken into memory, within its bound, and written behind into `<directory>/<outlet>/`, once however many
 * outlets wait for them; a transient outlet, and each where there is no directory, has its parts in memory. It keeps no note.
 */
export class SpoolQueue implements PartQueue {
  readonly #options: SpoolQueueOptions;
  readonly #memory: PartMemory;
  readonly #quarantine: Quarantine;
  readonly #size: DirectorySize | undefined;
  readonly #writes = new WriteQueue();
  readonly #outlets = new Map<string, FolderQueue | MemoryQueue>();

  constructor(options: SpoolQueueOptions) {
    const { directory, maxSpoolBytes, memoryPartsBytes, quarantineBytes, now } = options;
    this.#options = options;
    this.#memory = new PartMemory(memoryPartsBytes);
    this.#quarantine = new Quarantine(directory, quarantineBytes);
    this.#size = directory === undefined ? undefined : new DirectorySize(directory, maxSpoolBytes, now);
  }

  get pressure(): number {
    return this.#memory.bytes / this.#memory.maxBytes;
  }

  get quarantined(): readonly QuarantinedPart[] {
    return this.#quarantine.parts;
  }

  open(outlet: string, owner: QueueOwner): OutletQueue {
    const memory = new MemoryQueue(outlet, new MemoryShare(this.#memory), this.#quarantine);
    const spool = owner.transient ? undefined : this.#spool(outlet, owner);
    const queue = spool === undefined ? memory : new FolderQueue(spool, memory);
    this.#outlets.set(outlet, queue);
    return queue;
  }

  async putAll(parts: readonly Part[], outlets: readonly string[]): Promise<readonly PutResult[]> {
    return this.putSync(parts, outlets);
  }

  putSync(parts: readonly Part[], outlets: readonly string[]): readonly PutResult[] {
    return parts.flatMap((part) => outlets.map((outlet) => this.#accept(part, outlet)));
  }

  #accept(part: Part, outlet: string): PutResult {
    const held = this.#outlets.get(outlet)?.accept(part);
    if (held !== undefined) return { outlet, part: held };
    const why = `parts waiting in memory have reached ${this.#memory.maxBytes} bytes; new parts are dropped`;
    return { outlet, refused: 'memory_full', why };
  }

  #spool(outlet: string, { instance }: QueueOwner): ExporterSpool | undefined {
    const { directory, files, now } = this.#options;
    if (directory === undefined || this.#size === undefined) return undefined;
    const folder = folderName(outlet);
    return new ExporterSpool({ directory, folder, instance, now, files, size: this.#size, queue: this.#writes });
  }
}
