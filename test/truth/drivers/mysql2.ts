import { type Driver, type Load, POOL_SIZE } from './types.ts';

export async function mysql2(load: Load, port: number): Promise<Driver> {
  const module = await load('mysql2');
  const { createPool } = module.default ?? module;
  const pool = createPool({ host: '127.0.0.1', port, user: 'root', database: 'mysql', connectionLimit: POOL_SIZE });
  const promised = pool.promise();
  let turn = 0;
  return {
    async one(token) {
      const style = turn++ % 3;
      if (style === 0) await promised.query(`select '${token}' as cause`);
      else if (style === 1) await promised.execute('select ? as cause', [token]);
      else {
        await new Promise<void>((resolve, reject) => {
          pool.query('select ? as cause', [token], (error: Error | null) => (error ? reject(error) : resolve()));
        });
      }
    },
    async several(token) {
      const connection = await promised.getConnection();
      try {
        await connection.query(`begin /* ${token} */`);
        await connection.query('select sleep(0.002), ? as cause', [token]);
        await connection.query(`commit /* ${token} */`);
      } finally {
        connection.release();
      }
    },
    async refused(token) {
      await promised.query(`select no_such_column /* ${token} */`);
    },
    close: () => promised.end(),
  };
}
