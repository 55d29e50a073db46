/** Reads how many calls a target has counted itself. One folder per kind of server. */

export interface TargetCounter {
  /** What it is called there: `commandstats`. */
  readonly name: string;
  /** Whether it counts what a span tells of, one for one; else it is a lower bound. */
  readonly countsCalls: boolean;
  /** Whether it is about all databases of the server. */
  readonly wholeServer: boolean;
  /** What should be known about the numbers, '' for nothing. */
  readonly remark: string;
  /** Calls since the server began to count, without those of this very session. */
  read(): Promise<number>;
  close(): Promise<void>;
}
