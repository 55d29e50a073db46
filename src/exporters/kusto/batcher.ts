import { AmbiguousError, RetryableError } from '../../core/errors.ts';
import type { Part } from '../../core/model.ts';
import { fromPlain, type PartBytes, type Sent } from './protocol.ts';

/** Parts of one rotation come one after the other: so long is waited for company. */
const LINGER_MS = 20;
/** What one upload may hold; rows are some 400 bytes each before compression. */
const ROWS_MAX = 100_000;
const PARTS_MAX = 500;

export type Delivered = Exclude<Sent, { error: unknown }>;

interface Entry {
  readonly part: Part;
  readonly resolve: (sent: Delivered) => void;
  readonly reject: (error: unknown) => void;
  readonly done: () => boolean;
}

interface Group {
  readonly entries: Entry[];
  readonly stop: AbortController;
  rows: number;
  sent: boolean;
}

/** Sends parts that are exported at the same time together; each gets its own answer. */
export class Batcher {
  readonly #send: (parts: PartBytes[], signal: AbortSignal) => Promise<Sent[]>;
  #open: Group | undefined;

  constructor(send: (parts: PartBytes[], signal: AbortSignal) => Promise<Sent[]>) {
    this.#send = send;
  }

  /** Rejects as soon as `signal` aborts: what is on its way then may arrive. */
  add(part: Part, signal: AbortSignal, alone = false): Promise<Delivered> {
    const { promise, resolve, reject } = Promise.withResolvers<Delivered>();
    const group = this.#groupFor(part, alone);
    let settled = false;
    const cancel = (): void =>
      entry.reject(
        group.sent
          ? new AmbiguousError('Kusto: cancelled before there was an answer; the part may have arrived.')
          : new RetryableError('Kusto: cancelled before it was sent.'),
      );
    const end = (): boolean => {
      if (settled) return false;
      settled = true;
      signal.removeEventListener('abort', cancel);
      if (group.entries.every(({ done }) => done())) group.stop.abort();
      return true;
    };
    const entry: Entry = {
      part,
      resolve: (sent) => void (end() && resolve(sent)),
      reject: (error) => void (end() && reject(error)),
      done: () => settled,
    };
    signal.addEventListener('abort', cancel, { once: true });
    group.entries.push(entry);
    group.rows += part.rows;
    if (alone) void this.#flush(group);
    return promise;
  }

  #groupFor(part: Part, alone: boolean): Group {
    const open = this.#open;
    if (!alone && open !== undefined) {
      if (open.rows + part.rows <= ROWS_MAX && open.entries.length < PARTS_MAX) return open;
      void this.#flush(open);
    }
    const group: Group = { entries: [], stop: new AbortController(), rows: 0, sent: false };
    if (alone) return group;
    this.#open = group;
    // Not unref'ed: whoever ends the process by awaiting this export must not find it ended before.
    setTimeout(() => void this.#flush(group), LINGER_MS);
    return group;
  }

  async #flush(group: Group): Promise<void> {
    if (this.#open === group) this.#open = undefined;
    if (group.sent) return;
    group.sent = true;
    const entries = group.entries.filter(({ done }) => !done());
    if (entries.length === 0) return;
    // Copies: the thread gets them for good, and a body may be a view of something larger.
    const parts = entries.map(({ part }) => ({ id: part.id, body: new Uint8Array(part.body) }));
    try {
      const sent = await this.#send(parts, group.stop.signal);
      for (const [i, { resolve, reject }] of entries.entries()) {
        const one = sent[i]!;
        if ('error' in one) reject(fromPlain(one.error));
        else resolve(one);
      }
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
}
