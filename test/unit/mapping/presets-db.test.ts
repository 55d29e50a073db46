import { describe, expect, it } from 'vitest';
import { CLIENT, INTERNAL, mapped, PRODUCER, SERVER, targetOf } from './harness.ts';

const pg = {
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'server.address': 'db.internal',
  'server.port': 5432,
  'db.query.text': 'SELECT 1',
};

describe('preset db', () => {
  it('maps what instrumentation-pg records', () => {
    const { result, rows } = mapped(CLIENT, pg, { name: 'pg.query:SELECT shop' })!;
    expect(result).toMatchObject({
      rule: 'preset:db',
      category: 'db',
      target: 'postgresql://db.internal/shop',
      system: 'postgresql',
      address: 'db.internal',
      connection: false,
      consumes: '',
    });
    expect(rows).toEqual(['db.client.operation.duration 0.5 s']);
    expect(result.isDuration(0)).toBe(true);
    expect(result.isDuration(1)).toBe(false);
  });

  const targets: [string, Record<string, unknown>, string][] = [
    [
      'old names of all parts',
      { 'db.system': 'postgresql', 'db.name': 'shop', 'net.peer.name': 'db', 'net.peer.port': '5432' },
      'postgresql://db/shop',
    ],
    ['a port of its own, as text', { ...pg, 'server.port': '5433' }, 'postgresql://db.internal:5433/shop'],
    ['a port that is none', { ...pg, 'server.port': 'NaN' }, 'postgresql://db.internal/shop'],
    ['upper case and a trailing dot', { ...pg, 'server.address': 'DB.Internal.' }, 'postgresql://db.internal/shop'],
    ['IPv6', { ...pg, 'server.address': '::1', 'server.port': 6000 }, 'postgresql://[::1]:6000/shop'],
    ['IPv6 in brackets with a zone', { ...pg, 'server.address': '[fe80::1%eth0]' }, 'postgresql://[fe80::1]/shop'],
    [
      'a host that carries its port',
      { 'db.system.name': 'redis', 'server.address': 'cache:6380' },
      'redis://cache:6380',
    ],
    [
      'a Unix socket',
      { ...pg, 'server.address': '/var/run/postgresql' },
      'postgresql://%2Fvar%2Frun%2Fpostgresql/shop',
    ],
    [
      'only a peer address',
      { ...pg, 'server.address': '', 'network.peer.address': '10.0.3.7' },
      'postgresql://10.0.3.7/shop',
    ],
    [
      'a connection string, without its password',
      { 'db.system': 'mysql', 'db.connection_string': 'mysql://root:secret@db:3307/x', 'db.name': 'shop' },
      'mysql://db:3307/shop',
    ],
    [
      'a JDBC connection string',
      { 'db.system': 'mysql', 'db.connection_string': 'jdbc:mysql://db:3306/x?password=secret' },
      'mysql://db',
    ],
    [
      'ioredis: no namespace',
      { 'db.system.name': 'redis', 'server.address': 'cache', 'server.port': 6379, 'db.operation.name': 'get' },
      'redis://cache',
    ],
    [
      'redis with an index',
      { 'db.system': 'redis', 'net.peer.name': 'cache', 'db.redis.database_index': 3 },
      'redis://cache/3',
    ],
    [
      'knex on mysql2',
      { 'db.system.name': 'mysql2', 'db.namespace': 'shop', 'server.address': 'db', 'server.port': 3306 },
      'mysql://db/shop',
    ],
    [
      'TypeORM, which says postgres',
      { 'db.system': 'postgres', 'db.name': 'shop', 'net.peer.name': 'db' },
      'postgresql://db/shop',
    ],
    [
      'Prisma, which gives no address',
      { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT 1' },
      'postgresql://(unknown)/storefront',
    ],
    [
      'no address, but a namespace',
      { 'db.system.name': 'mysql', 'db.namespace': 'shop' },
      'mysql://(unknown)/storefront/shop',
    ],
    [
      'SQLite, which has no address',
      { 'db.system.name': 'sqlite', 'db.namespace': 'app.db' },
      'sqlite://storefront/app.db',
    ],
    [
      'tedious with an instance',
      {
        'db.system.name': 'microsoft.sql_server',
        'db.namespace': 'i|shop',
        'server.address': 'sql',
        'server.port': 1433,
      },
      'microsoft.sql_server://sql/i|shop',
    ],
    [
      'oracledb',
      {
        'db.system.name': 'oracle.db',
        'db.namespace': 'SHOP',
        'oracle.db.pdb': 'SHOPPDB',
        'server.address': 'ora',
        'server.port': 1521,
      },
      'oracle.db://ora/SHOP',
    ],
    [
      'cassandra-driver',
      { 'db.system.name': 'cassandra', 'db.namespace': 'shop', 'server.address': 'ring', 'server.port': 9042 },
      'cassandra://ring/shop',
    ],
    ['peer.service for host and port', { ...pg, 'peer.service': 'shop-db' }, 'postgresql://shop-db/shop'],
    [
      'server.service.name before peer.service',
      { ...pg, 'peer.service': 'x', 'server.service.name': 'shop-db' },
      'postgresql://shop-db/shop',
    ],
    [
      'empty strings count as absent',
      { ...pg, 'peer.service': '', 'db.namespace': '', 'db.name': 'old' },
      'postgresql://db.internal/old',
    ],
    [
      'values of other shapes count as absent',
      { ...pg, 'peer.service': ['x'], 'db.namespace': { a: 1 }, 'server.port': null },
      'postgresql://db.internal',
    ],
  ];
  for (const [what, attributes, target] of targets) it(what, () => expect(targetOf(CLIENT, attributes)).toBe(target));

  it('never merges targets of two services that give no address', () => {
    const attributes = { 'db.system.name': 'postgresql' };
    expect(targetOf(CLIENT, attributes, 'a')).not.toBe(targetOf(CLIENT, attributes, 'b'));
    expect(targetOf(CLIENT, attributes, '')).toBe('postgresql://(unknown)/(unknown)');
  });

  for (const [name, attributes] of [
    ['pg.connect', pg],
    ['pg-pool.connect', { ...pg, 'db.postgresql.max.client': 10 }],
    ['redis-connect', { 'db.system.name': 'redis', 'server.address': 'cache' }],
    ['connect', { 'db.system.name': 'redis', 'db.query.text': 'connect', 'server.address': 'cache' }],
  ] as const) {
    it(`${name} is a connection: known, without measures`, () => {
      const { result, rows } = mapped(CLIENT, attributes, { name })!;
      expect(result.connection).toBe(true);
      expect(result.measures).toEqual([]);
      expect(rows).toEqual([]);
      expect(mapped(CLIENT, attributes, { name: 'pg.query:SELECT connect' })!.result.connection).toBe(false);
    });
  }

  it('takes INTERNAL spans, which in-process databases have, but no others', () => {
    expect(targetOf(INTERNAL, pg)).toBe('postgresql://db.internal/shop');
    expect(targetOf(PRODUCER, pg)).toBeUndefined();
    expect(targetOf(SERVER, pg)).toBe('service://storefront');
    expect(targetOf(7, pg)).toBeUndefined();
  });

  it('shows no declared address when only a peer is known, so that an HTTP child is still absorbed', () => {
    const attributes = {
      'db.system.name': 'elasticsearch',
      'network.peer.address': '10.0.0.1',
      'network.peer.port': 9200,
    };
    expect(mapped(CLIENT, attributes)!.result).toMatchObject({ target: 'elasticsearch://10.0.0.1', address: '' });
  });

  it('counts the request charge of Cosmos DB', () => {
    const attributes = {
      'db.system': 'cosmosdb',
      'net.peer.name': 'x.documents.azure.com',
      'db.cosmosdb.request_charge': 2.83,
    };
    expect(mapped(CLIENT, attributes)!.rows).toEqual([
      'db.client.operation.duration 0.5 s',
      'azure.cosmosdb.client.operation.request_charge 2.83 {request_unit}',
    ]);
  });
});
