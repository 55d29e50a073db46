import { withOrigin } from '../../../src/index.ts';
import { type Driver, type Load, POOL_SIZE } from './types.ts';

export async function typeorm(load: Load, port: number, service: string): Promise<Driver> {
  const module = await load('typeorm');
  const { DataSource, EntitySchema } = module.DataSource === undefined ? module.default : module;
  const Item = new EntitySchema({
    name: 'Item',
    tableName: 'items',
    columns: { id: { type: Number, primary: true, generated: true }, name: { type: String } },
  });
  const source = new DataSource({
    type: 'postgres',
    host: '127.0.0.1',
    port,
    username: 'truth',
    database: 'postgres',
    applicationName: service,
    poolSize: POOL_SIZE,
    entities: [Item],
  });
  await withOrigin('job:startup', () => source.initialize()); // asks for the server's version and the like
  const items = source.getRepository(Item);
  return {
    async one(token) {
      await items.findBy({ name: token });
    },
    async several(token) {
      await items.save({ name: token }); // a transaction of its own
    },
    async refused(token) {
      await source.query('select no_such_column, $1::text', [token]);
    },
    close: () => source.destroy(),
  };
}
