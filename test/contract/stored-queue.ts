import type {
  Found,
  Missed,
  OutletQueue,
  PartQueue,
  PutResult,
  QueuedPart,
  QueueState,
} from '../../src/core/contracts/part-queue.ts';
import type { Part } from '../../src/core/model.ts';

interface Row extends QueuedPart {
  readonly body: Part;
  readonly outlet: string;
  state: QueueState;
  since: number | undefined;
  missed: Missed | undefined;
}

/** What outlives a process. */
export class Database {
  readonly rows = new Map<string, Row>();
  note: unknown;
  full = false;
}

/** The smallest queue that stores each rotation with its note in one step, as the one of a collector does. */
export class StoredQueue implements PartQueue {
  readonly pressure = 0;
  readonly quarantined = [];
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  open(outlet: string): OutletQueue {
    return new StoredOutlet(this.#database, outlet);
  }

  async putAll(parts: readonly Part[], outlets: readonly string[], note: unknown): Promise<readonly PutResult[]> {
    return this.putSync(parts, outlets, note);
  }

  putSync(parts: readonly Part[], outlets: readonly string[], note: unknown): readonly PutResult[] {
    if (this.#database.full) throw new Error('database or disk is full');
    this.#database.note = note;
    return parts.flatMap((part) => outlets.map((outlet) => ({ outlet, part: this.#insert(part, outlet) })));
  }

  #insert(body: Part, outlet: string): Row {
    const { rows } = this.#database;
    const key = `${outlet} ${body.id}`;
    const { id, instance, sequence, sealedAt } = body;
    const row = {
      id,
      instance,
      sequence,
      sealedAt,
      state: 'waiting',
      since: undefined,
      missed: undefined,
      durable: true,
      body,
      outlet,
    } as const;
    if (!rows.has(key)) rows.set(key, row);
    return rows.get(key)!;
  }
}

class StoredOutlet implements OutletQueue {
  readonly keeps = true;
  readonly location = 'the database';
  readonly #database: Database;
  readonly #outlet: string;

  constructor(database: Database, outlet: string) {
    this.#database = database;
    this.#outlet = outlet;
  }

  async list(isKnown: (id: string) => boolean, room: number): Promise<Found> {
    const mine = [...this.#database.rows.values()].filter(({ outlet, id }) => outlet === this.#outlet && !isKnown(id));
    return { parts: mine.sort((a, b) => a.sealedAt - b.sealedAt).slice(0, room), givenUp: [] };
  }

  async read(part: QueuedPart): Promise<Part | undefined> {
    return this.#row(part)?.body;
  }

  rest(): void {}

  async mark(
    part: QueuedPart,
    state: QueueState,
    since: number | undefined,
    _powerSafe: boolean,
    missed = part.missed,
  ): Promise<boolean> {
    const row = this.#row(part);
    if (row !== undefined) Object.assign(row, { state, since, missed });
    return row !== undefined;
  }

  async remove({ id }: QueuedPart): Promise<void> {
    this.#database.rows.delete(`${this.#outlet} ${id}`);
  }

  async setAside(part: QueuedPart): Promise<'kept'> {
    await this.remove(part);
    return 'kept';
  }

  setAsideSync(part: QueuedPart): 'kept' {
    void this.remove(part);
    return 'kept';
  }

  forget(): void {}

  bodyOf(): undefined {}

  #row({ id }: QueuedPart): Row | undefined {
    return this.#database.rows.get(`${this.#outlet} ${id}`);
  }
}
