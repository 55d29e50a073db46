import { CLIENT, INTERNAL } from '../../span-kind.ts';
import { type EventSpec, type Plan, valueKeys } from '../plan.ts';
import { semconv } from '../semconv.ts';
import { siblingOf } from '../siblings.ts';
import { type Facts, textOf } from '../slot.ts';
import { canonicalSystem } from '../systems.ts';
import { parseUrl, targetId } from '../targets.ts';
import { addressFrom, field, requiredField, serviceSlot } from './shared.ts';

/** Spans in which a driver opens or fetches a connection. They carry the attributes of an operation, but are none. */
const CONNECTION_SPANS: ReadonlySet<string> = new Set([
  'pg.connect',
  'pg-pool.connect',
  'redis-connect',
  'connect',
  'mongodb.connect',
  'mysql.connect',
  'tedious.connect',
  'sql.connector.connect',
  'oracledb.getConnection',
  'oracledb.createPool',
  'oracledb.Pool.getConnection',
  'HikariDataSource.getConnection',
]);

/** Databases inside the process: they have no address, so the service stands for it. */
const EMBEDDED: ReadonlySet<string> = new Set(['sqlite', 'duckdb', 'h2database', 'derby', 'hsqldb']);

function isConnectionSpan(facts: Facts): true | undefined {
  const { name } = facts;
  // Hashing a span name made for this span costs more than looking at its last letter: t, n, l end the names above.
  const last = name.charCodeAt(name.length - 1);
  if (last !== 116 && last !== 110 && last !== 108) return undefined;
  return CONNECTION_SPANS.has(name) ? true : undefined;
}

function connectionStringHost(facts: Facts): string | undefined {
  const text = facts.attribute('db.connection_string');
  const url = typeof text === 'string' ? parseUrl(text) : undefined;
  if (url === undefined) return undefined;
  const host = url.host.includes(':') ? `[${url.host}]` : url.host;
  return url.port === undefined ? host : `${host}:${url.port}`;
}

const duration: EventSpec = { name: 'db.client.operation.duration', unit: 's', value: { from: 'duration' } };
const requestCharge: EventSpec = {
  name: 'azure.cosmosdb.client.operation.request_charge',
  unit: '{request_unit}',
  value: { from: 'attribute', names: semconv.cosmosRequestCharge, nonNegative: true },
};

export const db: Plan = {
  name: 'preset:db',
  signal: 'span',
  kinds: [CLIENT, INTERNAL],
  slots: [
    requiredField('dbSystem'),
    { field: 'connection span', names: [], derive: isConnectionSpan },
    field('targetOverride'),
    field('host', { unless: [2] }),
    field('peer', { unless: [2, 3] }),
    {
      field: 'db.connection_string',
      names: [],
      derive: connectionStringHost,
      derivedFrom: ['db.connection_string'],
      unless: [2, 3, 4],
    },
    field('port', { unless: [2] }),
    field('peerPort', { unless: [2, 3, 6] }),
    field('dbNamespace'),
    serviceSlot([2, 3, 4, 5]),
    { field: 'instrumentation', names: [], derive: siblingOf },
  ],
  valueKeys: valueKeys([requestCharge]),
  build(answers) {
    const [name, connection, override, host, peer, connectionString, port, peerPort, namespace, service, sibling] =
      answers;
    const system = canonicalSystem('db', textOf(name));
    const address = addressFrom(override, host ?? connectionString, peer, port ?? peerPort, service);
    const embedded = EMBEDDED.has(system) && address.parts.host === undefined && override === undefined;
    const target = targetId({
      ...address.parts,
      ...(embedded && address.parts.service !== '' ? { override: address.parts.service } : {}),
      system,
      namespace: textOf(namespace),
    });
    const events = system === 'azure.cosmosdb' ? [duration, requestCharge] : [duration];
    return {
      category: 'db',
      target,
      system,
      address: address.declared,
      connection: connection === true,
      sibling: sibling === 'mapper' || sibling === 'driver' ? sibling : '',
      events: connection === true ? [] : events,
    };
  },
};
