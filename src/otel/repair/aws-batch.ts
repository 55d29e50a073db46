import { trace } from '@opentelemetry/api';
import { stateOf } from '../sdk-span.ts';

const REPAIRED = Symbol.for('otel-attribution repaired');
const BATCH_SIZE = 'messaging.batch.message_count';

interface Command {
  readonly input?: { readonly Entries?: unknown; readonly PublishBatchRequestEntries?: unknown };
  readonly middlewareStack?: { add(middleware: unknown, options: object): void };
}
type Next = (args: Command) => Promise<unknown>;
type Send = { (this: unknown, command: Command, ...rest: unknown[]): unknown; [REPAIRED]?: true };

function entriesOf(command: Command): readonly unknown[] | undefined {
  const entries = command.input?.Entries ?? command.input?.PublishBatchRequestEntries;
  return Array.isArray(entries) ? entries : undefined;
}

/** Inside the span of the call, which the instrumentation makes around all middleware. */
function noteSize(next: Next): Next {
  return (args) => {
    const entries = entriesOf(args);
    const span = trace.getActiveSpan();
    const state = stateOf(span);
    const system = state?.attribute('rpc.system') ?? state?.attribute('rpc.system.name');
    if (entries !== undefined && system === 'aws-api') span?.setAttribute(BATCH_SIZE, entries.length);
    return next(args);
  };
}

/**
 * The instrumentation of the AWS SDK does not say how many messages `SendMessageBatch` of SQS and `PublishBatch` of SNS
 * carry. Has the commands themselves say it. `client` is the base class of all clients. @returns whether there was something
 * to repair.
 */
export function repairAwsBatch(client: { readonly prototype?: unknown } | undefined): boolean {
  const prototype = client?.prototype as { send?: Send } | undefined;
  const original = prototype?.send;
  if (prototype === undefined || typeof original !== 'function' || original[REPAIRED] === true) return false;
  const send: Send = function (command, ...rest) {
    if (entriesOf(command ?? {}) !== undefined) {
      // Handlers may be kept for all commands of a class, so what is added knows nothing of this one.
      command.middlewareStack?.add(noteSize, { step: 'initialize', name: 'otelAttributionBatchSize', override: true });
    }
    return original.call(this, command, ...rest);
  };
  send[REPAIRED] = true;
  prototype.send = send;
  return true;
}
