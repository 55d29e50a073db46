import { expect, it } from 'vitest';
import type { Snapshot } from './compare.ts';
import { type Case, table } from './table.ts';

/** What a case starts with attribution, worked out from what it starts without. */
function expected(wanted: Case, without: Snapshot): Snapshot {
  if (/^\s*true\s*$/i.test(wanted.env?.OTEL_SDK_DISABLED ?? '')) return without;
  const exportsTraces = without.sampler !== '';
  const readers = without.readers as unknown[];
  return {
    ...without,
    processors: ['ours', ...(without.processors as unknown[])],
    sampler: `Ours{${exportsTraces ? without.sampler : 'NoTraces'}}`,
    readers: wanted.metricRule === true ? [...readers, 'ours'] : readers,
  };
}

/** What we add may be the first of its kind in the process, and is then announced. */
function relevant(snapshot: Pick<Snapshot, 'diagnostics'>): string[] {
  return snapshot.diagnostics.filter((line) => !/Registered a global for (trace|metrics|propagation) /.test(line));
}

/** One test per case of the table: with attribution everything is as without, and ours is added. */
export function expectSame(results: Record<string, { without: Snapshot; with: Snapshot }>): void {
  for (const wanted of table) {
    it(wanted.name, () => {
      const { without, with: withUs } = results[wanted.name]!;
      expect(without.thrown).toBe('');
      const { propagator, injected, ...rest }: Snapshot = withUs;
      const { propagator: theirs, injected: theirInjected, ...wantedRest } = expected(wanted, without);
      expect({ ...rest, diagnostics: relevant(rest) }).toEqual({ ...wantedRest, diagnostics: relevant(without) });
      // Ours is around theirs, and sends what theirs sends.
      const registered = (theirs as { class: string }).class !== 'NoopTextMapPropagator';
      const disabled = withUs.sampler === without.sampler;
      if (disabled) expect(propagator).toEqual(theirs);
      else if (without.sampler !== '') {
        expect((propagator as { delegate?: unknown }).delegate).toEqual(registered ? theirs : undefined);
      }
      expect(injected).toEqual(theirInjected);
    });
  }
}
