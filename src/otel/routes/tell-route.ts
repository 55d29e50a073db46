import { context as contextApi, trace } from '@opentelemetry/api';
import { SERVER } from '../../core/span-kind.ts';
import { currentAttribution } from '../instance.ts';
import { stateOf } from '../sdk-span.ts';

/**
 * The framework says which of its routes the request at work has taken: whole, prefixes of plugins and mounts included,
 * which instrumentations do not always know. Nothing is told to the spans of the application. Never throws.
 */
export function tellRoute(route: unknown): void {
  if (typeof route !== 'string' || route === '') return;
  const scope = stateOf(trace.getSpan(contextApi.active()))?.scope;
  if (scope !== undefined && scope.rootKind === SERVER) scope.route = route;
}

/** Joins a framework while the application sets it up: where that fails, its routes are those of its instrumentation. */
export function join(framework: () => void): void {
  try {
    framework();
  } catch {
    currentAttribution()?.accounts.count('attribution.hook.failed', 'framework');
  }
}
