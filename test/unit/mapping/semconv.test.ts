import { describe, expect, it } from 'vitest';
import { recordView } from '../../../src/core/mapping/attribute-view.ts';
import { type Field, semconv, withFormerNames } from '../../../src/core/mapping/semconv.ts';
import { firstScalar } from '../../../src/core/mapping/slot.ts';
import { canonicalProvider, canonicalSystem, defaultPort, systemAliases } from '../../../src/core/mapping/systems.ts';
import { CLIENT, targetOf } from './harness.ts';

describe('table of attribute names', () => {
  for (const [field, names] of Object.entries(semconv) as [Field, readonly string[]][]) {
    describe(field, () => {
      it('has no name twice', () => {
        expect(new Set(names).size).toBe(names.length);
      });
      for (const [i, name] of names.entries()) {
        it(`${name} is read, before ${names.slice(i + 1).join(', ') || 'nothing else'}`, () => {
          // All names from this one on are present: this one wins. Those before are empty: absent.
          const attributes = Object.fromEntries(names.map((one, at) => [one, at < i ? '' : `value of ${one}`]));
          expect(firstScalar(recordView(attributes), names)).toBe(`value of ${name}`);
        });
      }
    });
  }

  it('has the rows of the reference in its order', () => {
    const rows: [Field, string[]][] = [
      ['targetOverride', ['server.service.name', 'service.peer.name', 'peer.service', 'aws.remote.service']],
      ['dbSystem', ['db.system.name', 'db.system']],
      [
        'dbNamespace',
        [
          'db.namespace',
          'db.name',
          'db.redis.database_index',
          'db.elasticsearch.cluster.name',
          'db.mssql.instance_name',
        ],
      ],
      [
        'dbCollection',
        ['db.collection.name', 'db.sql.table', 'db.mongodb.collection', 'db.cassandra.table', 'db.cosmosdb.container'],
      ],
      ['httpMethod', ['http.request.method', 'http.method']],
      ['httpRequestSize', ['http.request.body.size', 'http.request_content_length']],
      ['httpResponseSize', ['http.response.body.size', 'http.response_content_length']],
      ['rpcSystem', ['rpc.system.name', 'rpc.system']],
      ['messagingSystem', ['messaging.system.name', 'messaging.system']],
      ['messagingDestination', ['messaging.destination.name', 'messaging.destination']],
      ['messagingOperation', ['messaging.operation.type', 'messaging.operation']],
    ];
    for (const [field, names] of rows) expect(semconv[field]).toEqual(names);
    expect([...semconv.host, ...semconv.peer]).toEqual([
      'server.address',
      'net.peer.name',
      'network.peer.address',
      'net.sock.peer.name',
      'net.sock.peer.addr',
      'net.peer.ip',
    ]);
    expect([...semconv.port, ...semconv.peerPort]).toEqual([
      'server.port',
      'net.peer.port',
      'network.peer.port',
      'net.sock.peer.port',
    ]);
    expect(semconv.genaiInputTokens.slice(0, 2)).toEqual(['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens']);
    expect(semconv.genaiOutputTokens.slice(0, 2)).toEqual([
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.completion_tokens',
    ]);
  });

  it('gives former names for current ones only', () => {
    expect(withFormerNames('db.namespace')).toContain('db.name');
    expect(withFormerNames('server.address')).toEqual(semconv.host);
    expect(withFormerNames('db.name')).toEqual(['db.name']);
    expect(withFormerNames('constructor')).toEqual(['constructor']);
  });
});

/** Old → new, from the semantic conventions and the reference. */
const ALIASES: [string, string][] = [
  ['postgres', 'postgresql'],
  ['mssql', 'microsoft.sql_server'],
  ['oracle', 'oracle.db'],
  ['db2', 'ibm.db2'],
  ['dynamodb', 'aws.dynamodb'],
  ['redshift', 'aws.redshift'],
  ['cosmosdb', 'azure.cosmosdb'],
  ['spanner', 'gcp.spanner'],
  ['hanadb', 'sap.hana'],
  ['maxdb', 'sap.maxdb'],
  ['informix', 'ibm.informix'],
  ['netezza', 'ibm.netezza'],
  ['firebird', 'firebirdsql'],
  ['h2', 'h2database'],
  ['ingres', 'actian.ingres'],
  ['cache', 'intersystems.cache'],
  ['intersystems_cache', 'intersystems.cache'],
  ['adabas', 'softwareag.adabas'],
  ['mysql2', 'mysql'],
];

describe('systems', () => {
  for (const [old, current] of ALIASES) {
    it(`${old} is ${current}, with its default port left out`, () => {
      expect(canonicalSystem('db', old)).toBe(current);
      const port = defaultPort(current);
      const attributes = { 'db.system': old, 'net.peer.name': 'h', 'net.peer.port': port ?? 1, 'db.name': 'n' };
      expect(targetOf(CLIENT, attributes)).toBe(`${current}://h${port === undefined ? ':1' : ''}/n`);
    });
  }

  it('leads every alias to a name that is no alias itself', () => {
    for (const aliases of Object.values(systemAliases)) {
      for (const current of Object.values(aliases)) {
        expect(Object.hasOwn(aliases, current) ? aliases[current] : current).toBe(current);
      }
    }
  });

  it('leaves unknown and hostile names alone', () => {
    expect(canonicalSystem('db', 'NewDB')).toBe('newdb');
    expect(canonicalSystem('db', '__proto__')).toBe('__proto__');
    expect(canonicalSystem('rpc', 'constructor')).toBe('constructor');
    expect(defaultPort('toString')).toBeUndefined();
  });

  const providers: [string, string][] = [
    ['openai', 'openai'],
    ['OpenAI', 'openai'],
    ['openai.chat', 'openai'],
    ['openai.responses', 'openai'],
    ['anthropic.messages', 'anthropic'],
    ['azure-openai.chat', 'azure.ai.openai'],
    ['az.ai.openai', 'azure.ai.openai'],
    ['amazon-bedrock', 'aws.bedrock'],
    ['aws.bedrock', 'aws.bedrock'],
    ['google.generative-ai', 'gcp.gemini'],
    ['google.vertex.chat', 'gcp.vertex_ai'],
    ['vertex_ai', 'gcp.vertex_ai'],
    ['mistral.chat', 'mistral_ai'],
    ['xai.chat', 'x_ai'],
    ['gateway', 'gateway'],
  ];
  for (const [given, provider] of providers) {
    it(`${given} is provider ${provider}`, () => expect(canonicalProvider(given)).toBe(provider));
  }
});
