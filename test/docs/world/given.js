/** What code in the pages uses without saying where it comes from; given.d.ts has the types. */
globalThis.sql = 'SELECT 1';
globalThis.database = { query: async () => [] };
globalThis.queue = { push: (work) => work() };
