import { withOrigin } from '../../../src/index.ts';
import { type Driver, type Load, POOL_SIZE } from './types.ts';

export async function sequelize(load: Load, port: number, service: string): Promise<Driver> {
  const module = await load('sequelize');
  const { Sequelize, DataTypes } = module.default ?? module;
  const db = new Sequelize({
    dialect: 'postgres',
    host: '127.0.0.1',
    port,
    username: 'truth',
    database: 'postgres',
    logging: false,
    pool: { max: POOL_SIZE, idle: 600_000 },
    dialectOptions: { application_name: service },
  });
  // A new connection sets and asks several things, in the context of whoever needed it: all are opened beforehand.
  await withOrigin('job:startup', () => Promise.all(Array.from({ length: POOL_SIZE }, () => db.authenticate())));
  const Item = db.define('Item', { name: DataTypes.TEXT }, { tableName: 'items', timestamps: false });
  return {
    async one(token) {
      await Item.findAll({ where: { name: token } });
    },
    async several(token) {
      await db.transaction(async (transaction: unknown) => {
        await Item.create({ name: token }, { transaction });
        await Item.count({ where: { name: token }, transaction });
      });
    },
    async refused(token) {
      await db.query('select no_such_column, $1::text', { bind: [token] });
    },
    close: () => db.close(),
  };
}
