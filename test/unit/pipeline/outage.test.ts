/** An hour without the destination, on virtual time: the clock and every timer are the test's, the files are real. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ExportOutcome } from '../../../src/core/contracts/exporter.ts';
import type { Timers } from '../../../src/core/contracts/timers.ts';
import { RetryableError } from '../../../src/core/errors.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { makePipeline, NOW, ScriptedExporter, sums } from './helpers.ts';

class VirtualTime implements Timers {
  #now = 0;
  readonly #pending = new Set<{ at: number; fn: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#pending.add(timer);
    return () => this.#pending.delete(timer);
  }

  /** Fires what is due, one after the other, and lets the disk do its part after each. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#pending].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#pending.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.fn();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.#now = until;
  }
}

test('an hour of outage costs memory for what is in flight, and everything arrives after it', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
  try {
    const time = new VirtualTime();
    const parts = (): string[] => {
      const folder = path.join(directory, exporter.name);
      return existsSync(folder) ? readdirSync(folder).filter((name) => parseSpoolName(name) !== undefined) : [];
    };
    let down = true;
    const answer = async (): Promise<ExportOutcome> => {
      if (down) throw new RetryableError('503');
      return 'delivered';
    };
    const exporter = new ScriptedExporter(...Array(10_000).fill(answer));
    const clock = { now: () => NOW + time.now() };
    // Two parts would fit: whatever is kept in memory longer than its write is refused, and counted.
    const t = makePipeline([exporter], {
      directory,
      clock,
      timers: time,
      memoryPartsBytes: 2_000,
      delivery: { backoffMs: 1_000, backoffMaxMs: 60_000 },
    });
    t.pipeline.start();
    for (let minute = 0; minute < 60; minute++) {
      t.add(`GET /${minute}`);
      await time.advance(60_000);
      // The disk lives in real time.
      while (parts().length <= minute) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(parts()).toHaveLength(60);
    expect(exporter.calls.length).toBeGreaterThan(60);
    expect(exporter.calls.length).toBeLessThan(400);
    expect(t.accounts.total('attribution.part.dropped')).toBe(0);
    down = false;
    // Ten minutes; a busy disk may take longer than they do here.
    for (let i = 0; i < 60 || (i < 600 && exporter.delivered.length < 60); i++) await time.advance(10_000);
    expect(Object.keys(sums(exporter.delivered))).toHaveLength(60);
    expect(new Set(exporter.delivered.map(({ id }) => id)).size).toBe(exporter.delivered.length);
    // Its deadlines are far away: time stands still.
    await t.pipeline.shutdown();
    expect(parts()).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
