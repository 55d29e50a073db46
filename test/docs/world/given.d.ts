declare const sql: string;
declare const database: { query(sql: string): Promise<unknown[]> };
declare const queue: { push(work: () => unknown): void };
