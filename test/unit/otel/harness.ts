/** A real tracer provider with the attribution in it; what was counted is read back from sealed parts. */
import { type Context, context, type Span, SpanKind, type SpanOptions, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type Sampler,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { expect } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import type { AttributionOptions } from '../../../src/engine/options.ts';
import { MemoryExporter } from '../../../src/exporters/memory/exporter.ts';
import { createAttribution } from '../../../src/otel/attribution.ts';
import { type Attribution, setCurrentAttribution } from '../../../src/otel/instance.ts';

export interface Harness {
  readonly attribution: Attribution;
  /** Starts a span below `parent` (a context or a span; default: a new trace). */
  span(name: string, options?: SpanOptions, parent?: Context | Span): Span;
  in(span: Span, base?: Context): Context;
  /** A server span with a route, as the HTTP instrumentation makes it. */
  request(route?: string, method?: string): Span;
  pg(parent: Context | Span, attributes?: Record<string, string | number>): Span;
  /** Everything counted so far, without the accounts. */
  rows(): Promise<Row[]>;
  accounts(): Promise<Row[]>;
  close(): Promise<void>;
}

export const PG = {
  'db.system.name': 'postgresql',
  'server.address': 'shop-db',
  'server.port': 5432,
  'db.namespace': 'shop',
  'db.query.text': 'select 1',
};
export const PG_TARGET = 'postgresql://shop-db/shop';

let exported = true;

/** From now on nobody exports the spans of a harness: all but the first, with which light spans begin, are light. */
export function leaveSpansOut(): void {
  exported = false;
}

export function startHarness(
  options: AttributionOptions = {},
  sampler: Sampler = exported ? new AlwaysOnSampler() : new AlwaysOffSampler(),
  more: SpanProcessor[] = [],
): Harness {
  const memory = new MemoryExporter();
  setCurrentAttribution(undefined);
  const attribution = createAttribution({
    exporters: [memory],
    live: false,
    repair: false,
    exitTable: false,
    ...options,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'storefront' }),
    sampler: attribution.sampler(sampler as never) as never,
    spanProcessors: [attribution.processor as never, ...more],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer('test');
  const contextOf = (parent?: Context | Span): Context =>
    parent === undefined
      ? context.active()
      : 'spanContext' in parent
        ? trace.setSpan(context.active(), parent)
        : parent;
  const harness: Harness = {
    attribution,
    span: (name, spanOptions, parent) => tracer.startSpan(name, spanOptions, contextOf(parent)),
    in: (span, base = context.active()) => trace.setSpan(base, span),
    request: (route, method = 'GET') =>
      tracer.startSpan(method, {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': method, ...(route !== undefined && { 'http.route': route }) },
      }),
    pg: (parent, attributes = {}) =>
      tracer.startSpan(
        'pg.query:SELECT shop',
        { kind: SpanKind.CLIENT, attributes: { ...PG, ...attributes } },
        contextOf(parent),
      ),
    async rows() {
      await attribution.forceFlush();
      return memory.rows().filter((row) => row.target !== 'otel-attribution');
    },
    async accounts() {
      await attribution.forceFlush();
      return memory.rows().filter((row) => row.target === 'otel-attribution');
    },
    async close() {
      // Tests that make no span prove nothing about them, and those that bring a sampler know why.
      if (!exported && attribution.tracker.spansSeen > 1 && sampler instanceof AlwaysOffSampler)
        expect(attribution.lightSpans).toBe(attribution.tracker.spansSeen - 1);
      await attribution.shutdown();
      setCurrentAttribution(undefined);
      trace.disable();
      context.disable();
    },
  };
  return harness;
}

/** `origin → operations` at one target. */
export function operations(rows: readonly Row[], target: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const row of rows) {
    if (row.target !== target) continue;
    const key = row.originService === row.service ? row.origin : `${row.originService}:${row.origin}`;
    sums[key] = (sums[key] ?? 0) + row.count;
  }
  return sums;
}
