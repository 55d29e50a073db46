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
      if (wanted.propagates === true) {
        const registered = (without.propagator as { class: string }).class !== 'NoopTextMapPropagator';
        const delegate = registered ? theirs : undefined;
        expect((propagator as { delegate?: unknown }).delegate).toEqual(delegate);
      } else {
        if (without.sampler !== '') expect(propagator).toEqual(theirs);
        expect(injected).toEqual(theirInjected);
      }
    });
  }
}
