/** What one process is doing at this moment: operations in flight, by origin and target. */

import { mergeAttributes } from '../../core/attributes.ts';
import type { NamedOrigin } from '../../core/attribution/named-origin.ts';
import type { OriginResolver } from '../../core/attribution/origin-resolver.ts';
import type { Scope, SpanState } from '../../core/attribution/scope.ts';
import type { CallsTold } from '../../core/attribution/target-calls.ts';
import type { SpanTracker } from '../../core/attribution/tracker.ts';
import type { OpenOperation, ProcessWork } from '../../core/contracts/open-work.ts';
import { limits } from '../../core/limits.ts';
import { semconv } from '../../core/mapping/semconv.ts';
import type { Mapping } from '../../core/mapping/types.ts';
import { DETACHED, UNATTRIBUTED } from '../../core/model.ts';
import { mainScript } from '../main-script.ts';
import { operationOf } from './operation.ts';

/** Open spans looked at for one snapshot; what is beyond is said in `truncated`. */
const SPANS_MAX = 20_000;

/** As much of a statement as databases tell of what their sessions run. */
const STATEMENT_CHARS = 1_024;

/** What is looked at. */
export interface LiveWork {
  readonly mapping: Mapping;
  readonly resolver: Pick<OriginResolver, 'running' | 'rowAttributes'>;
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number;
  readonly tracker: Pick<SpanTracker, 'scopes' | 'service' | 'spansSeen'>;
  callsTold(): CallsTold;
}

export interface InFlight {
  readonly originService: string;
  readonly origin: string;
  readonly target: string;
  /** `SELECT orders`; '' when the spans do not say. */
  readonly operation: string;
  /** Canonical JSON, as far as they are known now; '' when there are none. */
  readonly attributes: string;
  /** Operations open now. */
  operations: number;
  /** Milliseconds since the oldest of them began. */
  oldestMs: number;
}

export interface LiveSnapshot extends ProcessWork, CallsTold {
  readonly v: 1;
  readonly script: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Requests, messages and jobs that have begun and not ended. */
  readonly openScopes: number;
  readonly spansSeen: number;
  readonly truncated: boolean;
  /** Since when it counts calls, in milliseconds since the Unix epoch. */
  readonly startedMs: number;
  readonly inFlight: readonly InFlight[];
}

export function takeSnapshot(work: LiveWork, now: number): LiveSnapshot {
  const { tracker } = work;
  const rows = new Map<string, InFlight>();
  const operations: OpenOperation[] = [];
  let looked = 0;
  for (const scope of tracker.scopes) {
    if (looked >= SPANS_MAX) break;
    const before = operations.length;
    const ofScope = scopeAttributes(work, scope);
    for (let state = scope.firstOpen; state !== undefined && looked < SPANS_MAX; state = state.nextOpen) {
      looked++;
      addState(work, rows, scope, ofScope, state, now, operations);
    }
    if (scope.lastCalls !== undefined) addLastCalls(work, scope, operations[before]?.traceId, operations);
  }
  return {
    v: 1,
    pid: process.pid,
    service: tracker.service,
    script: mainScript() ?? '',
    at: now,
    openScopes: tracker.scopes.size,
    spansSeen: tracker.spansSeen,
    truncated: looked >= SPANS_MAX,
    startedMs: work.startedMs,
    ...work.callsTold(),
    operations,
    inFlight: [...rows.values()],
  };
}

function addState(
  work: LiveWork,
  rows: Map<string, InFlight>,
  scope: Scope,
  ofScope: string,
  state: SpanState,
  now: number,
  operations: OpenOperation[],
): void {
  const mapped = work.mapping.match(state);
  if (mapped === undefined || mapped.connection) return;
  const { originService, origin } = originNow(work, scope, state.named);
  const { target } = mapped;
  const operation = operationOf(state);
  const attributes = mergeAttributes(ofScope, work.resolver.rowAttributes(state.contextAttributes, state), limits);
  const key = JSON.stringify([originService, origin, target, operation, attributes]);
  const row = rows.get(key) ?? { originService, origin, target, operation, attributes, operations: 0, oldestMs: 0 };
  rows.set(key, row);
  row.operations++;
  row.oldestMs = Math.max(row.oldestMs, Math.max(0, now - state.startMs));
  if (!mapped.locks) return;
  const { traceId, startMs } = state;
  const text = statementOf(state);
  operations.push({ originService, origin, target, traceId, startMs, endMs: null, text });
}

/** Those of the caller and of the request, and what was noted within it so far. */
function scopeAttributes({ resolver }: LiveWork, scope: Scope): string {
  if (scope.resolved !== undefined) return scope.resolved.attributes;
  const ofRoot = scope.root === undefined ? '' : resolver.rowAttributes('', scope.root);
  return scope.scopeAttributes(ofRoot, limits);
}

/** What has ended within requests and jobs that are open: the connection may still be in their transaction. */
function addLastCalls(work: LiveWork, scope: Scope, traceId: string | undefined, operations: OpenOperation[]): void {
  const trace = traceId ?? scope.root?.traceId ?? '';
  for (const call of scope.lastCalls!) {
    if (call?.mapped === undefined) continue;
    const { originService, origin } = originNow(work, scope, call.named);
    const { startMs, endMs } = call;
    operations.push({ originService, origin, target: call.mapped.target, traceId: trace, startMs, endMs, text: '' });
  }
}

function statementOf(state: SpanState): string {
  for (const name of semconv.dbQueryText) {
    const text = state.attribute(name);
    if (typeof text === 'string' && text !== '') return text.slice(0, STATEMENT_CHARS);
  }
  return '';
}

function originNow(
  work: LiveWork,
  scope: Scope,
  of: NamedOrigin | undefined,
): { originService: string; origin: string } {
  const named = of ?? work.resolver.running(scope);
  if (named !== undefined) return { originService: named.originService || scope.service, origin: named.origin };
  if (scope.rootEndedMs >= 0) return { originService: scope.service, origin: scope.resolved?.origin ?? DETACHED };
  const method = scope.root?.attribute('http.request.method') ?? scope.root?.attribute('http.method');
  const origin = typeof method === 'string' ? `${method} (route not known yet)` : UNATTRIBUTED;
  return { originService: scope.service, origin };
}
