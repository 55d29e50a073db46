import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { NamedOrigin } from '../core/attribution/named-origin.ts';
import type { SpanState } from '../core/attribution/scope.ts';
import { contextAttributes, namedOrigin } from './context.ts';
import { stateOf } from './sdk-span.ts';

/**
 * What a context says of a span started in it. A context never changes, and siblings start in the very same one, so
 * what was read last is kept: three look-ups less for each query of an N+1.
 */
export class ContextFacts {
  parent: SpanState | undefined;
  named: NamedOrigin | undefined;
  attributes = '';
  #context: Context = ROOT_CONTEXT;

  read(context: Context): void {
    if (context === this.#context) return;
    this.parent = stateOf(trace.getSpan(context));
    this.named = namedOrigin(context);
    this.attributes = contextAttributes(context);
    this.#context = context;
  }

  /** Lets go of the context: it holds its spans. */
  forget(): void {
    this.read(ROOT_CONTEXT);
  }
}
