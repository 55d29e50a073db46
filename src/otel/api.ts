/** What applications call: name an origin, add dimensions, count by hand. None of it throws, with or without a set-up. */
import { type Context, context as contextApi, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { canonicalAttributes, mergeAttributes } from '../core/attributes.ts';
import type { AttributeValues, ManualMeasurement } from '../core/attribution/record.ts';
import { limits } from '../core/limits.ts';
import { contextAttributes, setContextAttributes, setNamedOrigin } from './context.ts';
import { currentAttribution } from './instance.ts';
import { stateOf } from './sdk-span.ts';

/**
 * Runs `fn` as work of `origin`: everything it does, however deep, belongs to that origin instead of the request or
 * span around it. Opens a span named after the origin when none is recording, because several instrumentations
 * (ioredis, mongodb) make no spans without a parent.
 *
 * @returns what `fn` returns; a thenable is awaited inside the origin (query builders run when awaited) and comes back
 * as a promise.
 * @example await withOrigin('job:nightly-invoices', async () => { ... });
 */
export function withOrigin<T>(origin: string, fn: () => T, attributes?: AttributeValues): T {
  let active = contextApi.active();
  if (typeof origin !== 'string' || origin === '') {
    currentAttribution()?.refuse(
      'origin_name',
      'withOrigin needs a non-empty string as origin; the work is counted without it',
    );
    return attributes === undefined ? fn() : withAttributes(attributes, fn);
  }
  if (attributes !== undefined) active = contextWithAttributes(active, attributes);
  const named = setNamedOrigin(active, { originService: '', origin, attributes: '' });
  const around = trace.getSpan(active);
  if (around?.isRecording() === true) return runIn(named, fn, live(around));
  const span = trace.getTracer('otel-attribution').startSpan(origin, { kind: SpanKind.INTERNAL }, named);
  return runIn(trace.setSpan(named, span), fn, (failed) => {
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}

/** Within the request of `around`, named work begins that has no span. @returns what to call at its end. */
function live(around: Span): (() => void) | undefined {
  const tracker = currentAttribution()?.tracker;
  const scope = stateOf(around)?.scope;
  // Of an older copy of this package, it has no such thing.
  if (tracker?.beginWork === undefined || scope === undefined) return undefined;
  tracker.beginWork(scope);
  return () => tracker.endWork(scope);
}

/**
 * Runs `fn` with extra row attributes (tenant, feature, region...) on everything measured inside; the origin stays.
 * Measurements of the same request outside of `fn` take them as well, unless the request set different values.
 */
export function withAttributes<T>(attributes: AttributeValues, fn: () => T): T {
  return runIn(contextWithAttributes(contextApi.active(), attributes), fn);
}

function contextWithAttributes(active: Context, attributes: AttributeValues): Context {
  const own = canonicalAttributes(attributes ?? {}, limits, (n) => {
    currentAttribution()?.accounts.count('attribution.limit.reached', 'row_attributes', n);
  });
  if (own === '') return active;
  stateOf(trace.getSpan(active))?.scope.note(own);
  return setContextAttributes(active, mergeAttributes(contextAttributes(active), own, limits));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Runs `fn` in `context`; `done` is told once it has returned, thrown or settled. */
function runIn<T>(context: Context, fn: () => T, done?: (failed: boolean) => void): T {
  return contextApi.with(context, () => {
    let result: T;
    try {
      result = fn();
    } catch (error) {
      done?.(true);
      throw error;
    }
    if (!isThenable(result)) {
      done?.(false);
      return result;
    }
    if (done === undefined && result instanceof Promise) return result;
    // `then` of a query builder starts the query: it has to be called here, inside the context. What is returned
    // rejects as the original does, so that a rejection nobody handles is still reported.
    return new Promise((resolve, reject) => {
      // Once, whatever a thenable does.
      const end = (failed: boolean): void => {
        done?.(failed);
        done = undefined;
      };
      const fail = (error: unknown): void => {
        end(true);
        reject(error);
      };
      try {
        (result as PromiseLike<unknown>).then((value) => {
          end(false);
          resolve(value);
        }, fail);
      } catch (error) {
        fail(error);
      }
    }) as T;
  });
}

/**
 * Counts by hand what no span shows. The origin is that of the active request, job or `withOrigin`. Never throws: what
 * is unusable is refused, with its reason in the accounts and in the diagnostic log.
 * @returns whether it was counted.
 * @example record({ target: 'mailer', event: 'email.sent', unit: '{email}', value: 1 });
 */
export function record(measurement: ManualMeasurement): boolean {
  try {
    return currentAttribution()?.record(measurement, contextApi.active()) ?? false;
  } catch {
    return false;
  }
}
