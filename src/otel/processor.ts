import type { Context } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import type { ReadableSpan, SpanProcessor } from './sdk-types.ts';
import type { SpanTracker } from './tracker.ts';

/**
 * Feeds ended spans into the attribution. Exceptions in a span processor escape into the application at `span.end()`,
 * so both hooks are guarded; what failed is counted.
 */
export class GuardedProcessor implements SpanProcessor {
  readonly #tracker: SpanTracker;
  readonly #accounts: Accounts;
  readonly #flush: () => Promise<void>;
  readonly #shutdown: () => Promise<void>;

  constructor(tracker: SpanTracker, accounts: Accounts, flush: () => Promise<void>, shutdown: () => Promise<void>) {
    this.#tracker = tracker;
    this.#accounts = accounts;
    this.#flush = flush;
    this.#shutdown = shutdown;
  }

  onStart(span: ReadableSpan, parentContext: Context): void {
    try {
      this.#tracker.onStart(span, parentContext);
    } catch {
      this.#accounts.count('attribution.hook.failed', 'on_start');
    }
  }

  onEnd(span: ReadableSpan): void {
    try {
      this.#tracker.onEnd(span);
    } catch {
      this.#accounts.count('attribution.hook.failed', 'on_end');
    }
  }

  forceFlush(): Promise<void> {
    return this.#flush();
  }

  shutdown(): Promise<void> {
    return this.#shutdown();
  }
}
