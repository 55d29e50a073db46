/** One picture of an interval: the average of several looks at every process. */
import type { Answer, LiveSocket } from '../../engine/live/ask.ts';
import type { InFlight, LiveSnapshot } from '../../engine/live/snapshot.ts';
import { type Seen, seenAs, type TopView } from './view.ts';

export interface TopRow extends Seen {
  /** Operations in flight, averaged over the looks of the interval. */
  readonly active: number;
  /** Most operations seen at one look. */
  readonly max: number;
  /** Age of the oldest operation at the last look that saw one. */
  readonly oldestSeconds: number;
}

export interface TopProcess {
  readonly pid: number;
  readonly thread: number;
  /** '' while it has not answered. */
  readonly service: string;
  readonly script: string;
  readonly openScopes: number;
  readonly spansSeen: number;
  /** Looks that were answered in time; 0 for a process whose event loop is blocked. */
  readonly answers: number;
  /** More was open than it looked at. */
  readonly truncated: boolean;
}

export interface TopPicture {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly looks: number;
  readonly processes: readonly TopProcess[];
  /** Heaviest target first, heaviest origin first in it. */
  readonly rows: readonly TopRow[];
}

interface Process {
  readonly socket: LiveSocket;
  readonly answers: LiveSnapshot[];
  gone: boolean;
}

interface Sum extends Seen {
  active: number;
  max: number;
  oldestMs: number;
}

export class Sampler {
  readonly #view: TopView;
  readonly #seen = new Map<string, Process>();
  /** Operations at each look, over all processes. */
  readonly #looks: Map<string, number>[] = [];

  constructor(view: TopView) {
    this.#view = view;
  }

  /** Adds one look: what each socket answered at about the same time. */
  add(answers: readonly (readonly [LiveSocket, Answer])[]): void {
    const look = new Map<string, number>();
    for (const [socket, answer] of answers) {
      const seen = this.#seen.get(socket.path) ?? { socket, answers: [], gone: false };
      this.#seen.set(socket.path, seen);
      seen.gone = answer === 'gone';
      if (typeof answer === 'string') continue;
      seen.answers.push(answer);
      for (const { key, one } of this.#shown(socket, answer)) look.set(key, (look.get(key) ?? 0) + one.operations);
    }
    this.#looks.push(look);
  }

  picture(at: number): TopPicture {
    const sums = new Map<string, Sum>();
    for (const process of this.#seen.values()) {
      const { answers } = process;
      for (const [key, { seen, operations }] of this.#totals(process)) {
        const sum = sums.get(key) ?? this.#newSum(key, seen);
        sums.set(key, sum);
        // Each process over its own answers: one that missed a look did not stand still.
        sum.active += operations / answers.length;
      }
    }
    this.#addOldest(sums);
    return {
      at,
      looks: this.#looks.length,
      processes: [...this.#seen.values()].filter((seen) => !seen.gone || seen.answers.length > 0).map(processOf),
      rows: sorted([...sums.values()]),
    };
  }

  /** What of an answer the view is about. */
  #shown(socket: LiveSocket, answer: LiveSnapshot): { key: string; seen: Seen; one: InFlight }[] {
    return answer.inFlight.flatMap((one) => {
      const seen = seenAs(one, socket, answer, this.#view);
      return seen === undefined
        ? []
        : [{ key: JSON.stringify([seen.target, ...Object.values(seen.names)]), seen, one }];
    });
  }

  /** Operations of one process per row, over all of its answers: whole numbers until the one division. */
  #totals({ socket, answers }: Process) {
    const totals = new Map<string, { readonly seen: Seen; operations: number }>();
    for (const answer of answers) {
      for (const { key, seen, one } of this.#shown(socket, answer)) {
        const total = totals.get(key);
        if (total === undefined) totals.set(key, { seen, operations: one.operations });
        else total.operations += one.operations;
      }
    }
    return totals;
  }

  #newSum(key: string, seen: Seen): Sum {
    const max = Math.max(...this.#looks.map((look) => look.get(key) ?? 0));
    return { ...seen, active: 0, max, oldestMs: 0 };
  }

  /** Of the last answer that saw the row: an age of earlier in the interval would be outdated. */
  #addOldest(sums: Map<string, Sum>): void {
    for (const { socket, answers } of this.#seen.values()) {
      const done = new Set<string>();
      for (const answer of answers.toReversed()) {
        const known = new Set(done);
        for (const { key, one } of this.#shown(socket, answer)) {
          // Several operations of one answer may be in one row.
          if (known.has(key)) continue;
          done.add(key);
          const sum = sums.get(key)!;
          sum.oldestMs = Math.max(sum.oldestMs, one.oldestMs);
        }
      }
    }
  }
}

function processOf({ socket, answers }: Process): TopProcess {
  const last = answers.at(-1);
  return {
    pid: socket.pid,
    thread: socket.thread,
    service: last?.service ?? '',
    script: last?.script ?? '',
    openScopes: last?.openScopes ?? 0,
    spansSeen: last?.spansSeen ?? 0,
    answers: answers.length,
    truncated: answers.some(({ truncated }) => truncated),
  };
}

function sorted(sums: readonly Sum[]): TopRow[] {
  const byTarget = new Map<string, number>();
  for (const { target, active } of sums) byTarget.set(target, (byTarget.get(target) ?? 0) + active);
  return sums
    .map(({ oldestMs, ...sum }) => ({ ...sum, oldestSeconds: oldestMs / 1000 }))
    .sort(
      (a, b) =>
        byTarget.get(b.target)! - byTarget.get(a.target)! ||
        compare(a.target, b.target) ||
        b.active - a.active ||
        compare(Object.values(a.names).join('\n'), Object.values(b.names).join('\n')),
    );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
