/** One face for the pools of `pg` and `mysql2`. */
export async function openPool(url) {
  if (url.startsWith('postgresql:')) {
    const { default: pg } = await import('pg');
    return new pg.Pool({ connectionString: url, max: 10 });
  }
  const { default: mysql } = await import('mysql2/promise');
  const pool = mysql.createPool({ uri: url, connectionLimit: 10 });
  return {
    connect: () => pool.getConnection(),
    query: (text) => pool.query(text),
    end: () => pool.end(),
  };
}
