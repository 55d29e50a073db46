/** One face for the pools of `pg` and `mysql2`, and for Redis, where a statement is one call. */
export async function openPool(url) {
  if (url.startsWith('postgresql:')) {
    const { default: pg } = await import('pg');
    return new pg.Pool({ connectionString: url, max: 10 });
  }
  if (url.startsWith('redis:')) {
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    await redis.ping();
    return { query: () => redis.hget('stock', 'lamp'), end: () => redis.quit() };
  }
  const { default: mysql } = await import('mysql2/promise');
  const pool = mysql.createPool({ uri: url, connectionLimit: 10 });
  return {
    connect: () => pool.getConnection(),
    query: (text) => pool.query(text),
    end: () => pool.end(),
  };
}
