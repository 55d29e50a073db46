import type { Exporter, ExportOutcome } from '../../../src/core/contracts/exporter.ts';

/** An exporter of the application's own, with state that freezing would break. */
export class MemoryLikeExporter implements Exporter {
  readonly name = 'mine';
  readonly supports = { idempotent: true, confirm: false, sync: false };
  seen = 0;

  async export(): Promise<ExportOutcome> {
    this.seen++;
    return 'delivered';
  }

  async close(): Promise<void> {}
}
