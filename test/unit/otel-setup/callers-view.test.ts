import { ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { ReadableSpan, Sampler, SpanProcessor } from '../../../src/otel/sdk-types.ts';
import { CallersView } from '../../../src/otel/setup/callers-view.ts';

const NOT_RECORD = 0;
const RECORD = 1;

function span(traceFlags: number): ReadableSpan {
  return { spanContext: () => ({ traceId: '', spanId: '', traceFlags }) } as unknown as ReadableSpan;
}

function recording(seen: string[], name: string, onStart?: () => void): SpanProcessor {
  return {
    onStart() {
      seen.push(`${name} start`);
      onStart?.();
    },
    onEnd: () => void seen.push(`${name} end`),
    forceFlush: async () => void seen.push(`${name} flush`),
    shutdown: async () => void seen.push(`${name} shutdown`),
  };
}

function decide(view: CallersView, decision: number): void {
  const sampler: Sampler = { shouldSample: () => ({ decision }), toString: () => 'Fixed' };
  view.sampler(sampler).shouldSample(ROOT_CONTEXT, '', '', 0, {}, []);
}

function live(processors: SpanProcessor[], of: ReadableSpan): void {
  for (const processor of processors) processor.onStart(of, ROOT_CONTEXT);
  for (const processor of processors) processor.onEnd(of);
}

describe("the caller's processors", () => {
  it('see sampled spans and those their own sampler records, no others', () => {
    const view = new CallersView();
    const seen: string[] = [];
    const processors = view.processors([recording(seen, 'a')]);
    decide(view, NOT_RECORD);
    live(processors, span(0));
    expect(seen).toEqual([]);
    decide(view, RECORD);
    live(processors, span(0));
    decide(view, 2);
    live(processors, span(1));
    expect(seen).toEqual(['a start', 'a end', 'a start', 'a end']);
    expect(view.spans).toBe(3);
  });

  it('agree, even when one starts spans of its own in onStart', () => {
    const view = new CallersView();
    const seen: string[] = [];
    const first = recording(seen, 'a', () => decide(view, RECORD));
    const processors = view.processors([first, recording(seen, 'b')]);
    decide(view, NOT_RECORD);
    live(processors, span(0));
    expect(seen).toEqual([]);
  });

  it('have onEnding only if they had it', () => {
    const view = new CallersView();
    const ending: string[] = [];
    const plain = recording([], 'a');
    const full = { ...recording([], 'b'), onEnding: () => void ending.push('b') };
    const [a, b] = view.processors([plain, full]) as { onEnding?: (span: ReadableSpan) => void }[];
    expect(a!.onEnding).toBeUndefined();
    b!.onEnding?.(span(0));
    b!.onEnding?.(span(1));
    expect(ending).toEqual(['b']);
  });

  it('are flushed and shut down, and their failures are theirs', async () => {
    const view = new CallersView();
    const seen: string[] = [];
    const failing = { ...recording(seen, 'a'), shutdown: () => Promise.reject(new Error('their own')) };
    const [processor] = view.processors([failing]);
    await processor!.forceFlush();
    expect(seen).toEqual(['a flush']);
    await expect(processor!.shutdown()).rejects.toThrow('their own');
  });

  it('keep the description of their sampler', () => {
    const sampler: Sampler = { shouldSample: () => ({ decision: 0 }), toString: () => 'ParentBased{...}' };
    expect(new CallersView().sampler(sampler).toString()).toBe('ParentBased{...}');
  });
});
