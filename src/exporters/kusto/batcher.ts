import { AmbiguousError, RetryableError } from '../../core/errors.ts';
import type { Part } from '../../core/model.ts';
import { fromPlain, type PartBytes, type Sent } from './protocol.ts';

/** Parts of one rotation come one after the other: so long is waited for company. */
const LINGER_MS = 20;
/** What one upload may hold; rows are some 400 bytes each before compression. */
const ROWS_MAX = 100_000;
const PARTS_MAX = 500;
/** The company of parts that nothing is held against. */
const ANYBODY = '';

export type Delivered = Exclude<Sent, { error: unknown }>;

interface Entry {
  readonly part: Part;
  readonly resolve: (sent: Delivered) => void;
  readonly reject: (error: unknown) => void;
  readonly done: () => boolean;
}

interface Group {
  readonly company: string;
  readonly entries: Entry[];
  readonly stop: AbortController;
  rows: number;
  sent: boolean;
}

/** Sends parts that are exported at the same time together, those of a company with nobody else; each gets its own answer. */
export class Batcher {
  readonly #send: (parts: PartBytes[], signal: AbortSignal) => Promise<Sent[]>;
  readonly #lingerMs: number;
  /** By company. */
  readonly #open = new Map<string, Group>();

  constructor(send: (parts: PartBytes[], signal: AbortSignal) => Promise<Sent[]>, lingerMs = LINGER_MS) {
    this.#send = send;
    this.#lingerMs = lingerMs;
  }

  /** Rejects as soon as `signal` aborts: what is on its way then may arrive. */
  add(part: Part, signal: AbortSignal, company = ANYBODY): Promise<Delivered> {
    const { promise, resolve, reject } = Promise.withResolvers<Delivered>();
    const group = this.#groupFor(part, company);
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
    return promise;
  }

  #groupFor(part: Part, company: string): Group {
    const open = this.#open.get(company);
    if (open !== undefined) {
      if (open.rows + part.rows <= ROWS_MAX && open.entries.length < PARTS_MAX) return open;
      void this.#flush(open);
    }
    const group: Group = { company, entries: [], stop: new AbortController(), rows: 0, sent: false };
    this.#open.set(company, group);
    // Not unref'ed: whoever ends the process by awaiting this export must not find it ended before.
    setTimeout(() => void this.#flush(group), this.#lingerMs);
    return group;
  }

  async #flush(group: Group): Promise<void> {
    if (this.#open.get(group.company) === group) this.#open.delete(group.company);
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
