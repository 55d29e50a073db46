/** Looks at who waits for whose locks in one database, without changing anything in it. One folder per kind of server. */

/** A connection of the server, as it is at one moment. Times are milliseconds since the Unix epoch, by the clock of the server. */
export interface Session {
  readonly id: string;
  /** Such as `active`, `idle in transaction`. */
  readonly state: string;
  /** Whether a statement runs. */
  readonly running: boolean;
  /** Name that the client gave itself, '' for none. */
  readonly application: string;
  /** What runs, or ran last; '' when it may not be seen. */
  readonly text: string;
  /** Its begin; undefined when it is not known. */
  readonly startMs: number | undefined;
  /** Its end, when it runs no more. */
  readonly endMs: number | undefined;
  readonly address: string;
  /** Of the client's end of the connection; 0 when there is none (a Unix socket) or it may not be seen. */
  readonly port: number;
  /** What the server does by itself, such as `autovacuum worker`; '' for a client. */
  readonly worker: string;
}

export interface LockWait {
  readonly waiter: string;
  readonly blockers: readonly string[];
  /** Milliseconds since the Unix epoch, by the clock of the server. */
  readonly sinceMs: number;
}

export interface LockLook {
  /** The clock of the server. */
  readonly atMs: number;
  readonly sessions: readonly Session[];
  readonly waits: readonly LockWait[];
}

export interface LockObserver {
  /** Such as `PostgreSQL 15.18`. */
  readonly server: string;
  /** What the user may not see, with the GRANT that helps; '' when it sees all. */
  readonly blindness: string;
  /** Port that clients connect to. */
  readonly port: number;
  look(): Promise<LockLook>;
  close(): Promise<void>;
}

/** The name of our own session. */
export const OBSERVER_NAME = 'otel-attribution';
/** No look of ours may be a burden: one that takes longer is given up by the server. */
export const STATEMENT_TIMEOUT_MS = 5_000;
