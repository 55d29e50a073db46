/** What an application tells of the operations of its open requests and jobs, so that sessions of a database find their origin. */

export interface OpenOperation {
  readonly originService: string;
  readonly origin: string;
  readonly target: string;
  /** Lower-case hex, '' when it is not known any more. */
  readonly traceId: string;
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly startMs: number;
  /** Null while it runs. */
  readonly endMs: number | null;
  /** Text of the statement as far as the instrumentation records it, and it still runs; else ''. */
  readonly text: string;
}

/** The work of one process, and what tells its connections from those of others. */
export interface ProcessWork {
  readonly pid: number;
  readonly service: string;
  readonly operations: readonly OpenOperation[];
}
