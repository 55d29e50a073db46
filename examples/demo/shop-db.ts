import pg from 'pg';
import type { Books, Who } from './books.ts';

/** The shop's way to its database: a `pg` pool whose queries are entered in the books. */
export class ShopDb {
  readonly #pool: pg.Pool;
  readonly #books: Books;

  /** @param url `postgresql://user:password@host:port/database` */
  constructor(url: string, books: Books, max = 10) {
    this.#pool = new pg.Pool({ connectionString: url, max });
    this.#books = books;
  }

  /** Runs one statement; rejects as `pg` does. A failed statement is load, too. */
  async query<R extends pg.QueryResultRow>(who: Who, text: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(text, values)).rows;
    } finally {
      this.#books.count('query', who);
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}
