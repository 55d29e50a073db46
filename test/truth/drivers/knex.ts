import { type Driver, type Load, POOL_SIZE } from './types.ts';

export async function knex(load: Load, port: number, service: string): Promise<Driver> {
  const module = await load('knex');
  const create = module.knex ?? module.default;
  const db = create({
    client: 'pg',
    version: '15.0', // otherwise every new connection asks for it, in the context of whoever needed the connection
    connection: { host: '127.0.0.1', port, user: 'truth', database: 'postgres', application_name: service },
    pool: { min: 0, max: POOL_SIZE },
  });
  return {
    async one(token) {
      await db('items').where('name', token).select('id').limit(1);
    },
    async several(token) {
      // biome-ignore lint/suspicious/noExplicitAny: loaded at run time
      await db.transaction(async (trx: any) => {
        await trx('items').insert({ name: token });
        await trx('items').where('name', token).count();
      });
    },
    async refused(token) {
      await db('no_such_table').where('name', token);
    },
    close: () => db.destroy(),
  };
}
