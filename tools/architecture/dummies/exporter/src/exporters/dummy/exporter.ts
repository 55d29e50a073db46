import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { AttributionError, RetryableError } from '../../core/errors.ts';
import type { Part } from '../../core/model.ts';
import type { SettledDummyOptions } from './options.ts';

const shelves = new Map<string, Map<string, Part>>();

/** The parts on a shelf, each once. */
export const partsOn = (shelf: string): Part[] => [...(shelves.get(shelf)?.values() ?? [])];

/** Puts parts on a shelf of this process: the least that an exporter can be. */
export class DummyExporter implements Exporter {
  readonly name = 'dummy';
  readonly supports = { idempotent: true, confirm: false, sync: true } as const;
  readonly #parts: Map<string, Part>;
  #closed = false;

  constructor({ shelf }: SettledDummyOptions) {
    this.#parts = shelves.get(shelf) ?? new Map();
    shelves.set(shelf, this.#parts);
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    if (signal.aborted) throw new RetryableError('Cancelled before the part was taken.');
    this.exportSync(part);
    return 'delivered';
  }

  exportSync(part: Part): void {
    if (this.#closed) throw new AttributionError('ATTR_USAGE', 'The dummy exporter is closed.');
    this.#parts.set(part.id, part);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
