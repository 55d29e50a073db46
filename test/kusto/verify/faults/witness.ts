/** What a person sees of a run: the warnings of the log, and `spool ls` whenever there is one, every half hour, and at the end. */
import { sheetOf } from '../../../../src/cli/output.ts';
import { spoolText } from '../../../../src/cli/spool/ls.ts';
import type { Timers } from '../../../../src/core/contracts/timers.ts';
import type { Logger } from '../../../../src/core/logger.ts';
import type { Scenario } from './scenarios.ts';

const LOOK_MS = 30 * 60_000;

export interface Seen {
  readonly log?: string | undefined;
  readonly spool?: string | undefined;
}

export class Witness {
  readonly logger: Logger;
  readonly log: string[] = [];
  readonly #directory: string;
  readonly #wall: () => number;
  readonly #spool = new Set<string>();
  #cancel: () => void = () => {};

  constructor(directory: string, wall: () => number, timers: Timers) {
    this.#directory = directory;
    this.#wall = wall;
    const warn = (line: string): void => {
      this.log.push(line);
      this.look();
    };
    this.logger = { debug() {}, info() {}, warn, error: warn };
    const again = (): void => {
      this.look();
      this.#cancel = timers.after(LOOK_MS, again);
    };
    this.#cancel = timers.after(LOOK_MS, again);
  }

  look(): void {
    for (const line of spoolText(this.#directory, this.#wall(), sheetOf(true)).split('\n'))
      this.#spool.add(line.trim());
  }

  /** The lines that were to be seen; undefined those that were not. */
  seen({ seen }: Scenario): Seen {
    this.#cancel();
    this.look();
    return {
      log: this.log.find((line) => seen?.log?.test(line)),
      spool: [...this.#spool].find((line) => seen?.spool.test(line)),
    };
  }

  /** For who wonders. */
  get lines(): readonly string[] {
    return [...this.log, ...this.#spool];
  }
}
