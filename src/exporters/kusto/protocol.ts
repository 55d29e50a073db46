/** What the exporter and its worker thread say to each other. */
import type { ExportOutcome } from '../../core/contracts/exporter.ts';
import { AmbiguousError, AttributionError, type ErrorCode, PermanentError, RetryableError } from '../../core/errors.ts';
import type { SettledKustoOptions } from './options.ts';
import type { RoleFinding } from './roles.ts';

export interface WorkerSetup {
  readonly options: SettledKustoOptions;
  /** Instead of `options.auth`: a function stays with the host, which is asked for each token. */
  readonly hostToken: boolean;
  /** Where the SDK is looked for. */
  readonly places: readonly string[];
  /** Most bytes of one blob or request before compression; for tests. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds between two questions for the service's containers and queues; for tests. */
  readonly askAgainMs?: number | undefined;
}

export interface PartBytes {
  readonly id: string;
  readonly body: Uint8Array;
}

/** What became of one part; `sourceIds` are those of its blobs, under which the service reports failures. */
export type Sent =
  | { readonly outcome: ExportOutcome; readonly sourceIds: readonly string[]; readonly shared: boolean }
  | { readonly error: PlainError };

/** A failure of ingestion after the hand-over. */
export interface Refusal {
  readonly sourceId: string;
  readonly details: string;
  readonly transient: boolean;
  /** What a person can do about it; undefined when it is about the data. */
  readonly remedy: string | undefined;
}

/** The identity may not ask; and the role, what follows from its lack, and the command that grants it. */
export interface Forbidden {
  readonly forbidden: string;
  /** Which role is missing, in short; and what grants it. */
  readonly brief: string;
  readonly grant: string;
}

/** What was found when the database was looked at. */
export interface Check {
  /** Why nothing may be sent yet. */
  readonly error: PlainError | undefined;
  readonly schemaSeen: boolean;
  readonly roles: readonly RoleFinding[];
  readonly warnings: readonly string[];
}

/** What the worker does. Arguments and results are structured-cloned. */
export interface Tasks {
  /** Loads the SDK, compares the schema's version, and looks which roles the identity has. */
  check(): Promise<Check>;
  send(parts: readonly PartBytes[]): Promise<Sent[]>;
  /** Which of these parts are complete in the table; `from`: no part was sealed before, in milliseconds. */
  arrived(partIds: readonly string[], from: number | undefined): Promise<string[] | Forbidden>;
  /** Failures of ingestion into the table within the last `forMs` that name one of these blobs. */
  refusals(sourceIds: readonly string[], forMs: number): Promise<Refusal[] | Forbidden>;
}

export type TaskName = keyof Tasks;

export type ToWorker =
  | { readonly call: number; readonly task: TaskName; readonly args: readonly unknown[]; readonly deadlineMs: number }
  | { readonly abort: number }
  | { readonly token: number; readonly value?: string; readonly error?: string };

export type FromWorker =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly error: PlainError }
  | { readonly wantsToken: number }
  /** What a person should know although nothing failed. */
  | { readonly notice: string };

/** An error as it crosses the threads. */
export interface PlainError {
  readonly kind: 'retryable' | 'permanent' | 'ambiguous' | ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly remedy?: string | undefined;
}

export function toPlain(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RetryableError) {
    const { retryAfterMs, remedy } = error;
    return { kind: 'retryable', message, retryAfterMs, remedy };
  }
  if (error instanceof PermanentError) return { kind: 'permanent', message };
  if (error instanceof AmbiguousError) return { kind: 'ambiguous', message };
  return { kind: error instanceof AttributionError ? error.code : 'retryable', message };
}

export function fromPlain({ kind, message, retryAfterMs, remedy }: PlainError): AttributionError {
  if (kind === 'retryable') return new RetryableError(message, { retryAfterMs, remedy });
  if (kind === 'permanent') return new PermanentError(message);
  if (kind === 'ambiguous') return new AmbiguousError(message);
  return new AttributionError(kind, message);
}
