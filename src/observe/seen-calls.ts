/** How many calls to a target the applications have seen, look by look. Pure. */

/** What one process tells at one moment. */
export interface ToldCalls {
  /** The same for one run of one process, and for nothing else. */
  readonly process: string;
  /** When it began to count, in milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** In all since then, by target. */
  readonly calls: Readonly<Record<string, number>>;
  /** Ended, and perhaps the same as another. */
  readonly inDoubt: Readonly<Record<string, number>>;
  readonly inFlight: readonly { readonly target: string; readonly operations: number }[];
}

export interface SeenLook {
  /** Calls since the look before. */
  readonly seen: number;
  /** Calls that the target may have counted already, and that nobody has told of yet. */
  readonly waiting: number;
}

export class SeenCalls {
  readonly #isTarget: (target: string) => boolean;
  readonly #told = new Map<string, number>();
  #lastMs: number | undefined;
  /** Processes that were there, and answer no more. */
  readonly lost = new Set<string>();

  constructor(isTarget: (target: string) => boolean) {
    this.#isTarget = isTarget;
  }

  look(answers: readonly ToldCalls[], nowMs: number): SeenLook {
    let seen = 0;
    let waiting = 0;
    for (const { process, startedMs, calls, inDoubt, inFlight } of answers) {
      const told = this.#sum(Object.entries(calls));
      // One that is new since the last look has made all its calls since then.
      const isNew = this.#lastMs !== undefined && startedMs >= this.#lastMs;
      seen += told - (this.#told.get(process) ?? (isNew ? 0 : told));
      this.#told.set(process, told);
      waiting += this.#sum(Object.entries(inDoubt));
      waiting += this.#sum(inFlight.map(({ target, operations }) => [target, operations]));
    }
    const now = new Set(answers.map(({ process }) => process));
    for (const process of this.#told.keys()) {
      if (now.has(process)) this.lost.delete(process);
      else this.lost.add(process);
    }
    this.#lastMs = nowMs;
    return { seen, waiting };
  }

  #sum(entries: readonly (readonly [target: string, n: number])[]): number {
    return entries.reduce((sum, [target, n]) => (this.#isTarget(target) ? sum + n : sum), 0);
  }
}

/**
 * Calls that no span told of, of those that the target counted between two looks. What waits at the later one may be among
 * those counted: it is not lost.
 */
export function unseenOf(observed: number, { seen, waiting }: SeenLook): number {
  return Math.max(0, observed - seen - waiting);
}
