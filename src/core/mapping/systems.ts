/** Canonical names of systems and their default ports: what makes two spellings one target. */

const DB_ALIASES: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  pg: 'postgresql',
  mysql2: 'mysql',
  sqlite3: 'sqlite',
  'better-sqlite3': 'sqlite',
  mongo: 'mongodb',
  mssql: 'microsoft.sql_server',
  sqlserver: 'microsoft.sql_server',
  oracle: 'oracle.db',
  oracledb: 'oracle.db',
  db2: 'ibm.db2',
  dynamodb: 'aws.dynamodb',
  redshift: 'aws.redshift',
  cosmosdb: 'azure.cosmosdb',
  spanner: 'gcp.spanner',
  hanadb: 'sap.hana',
  maxdb: 'sap.maxdb',
  informix: 'ibm.informix',
  netezza: 'ibm.netezza',
  firebird: 'firebirdsql',
  h2: 'h2database',
  ingres: 'actian.ingres',
  cache: 'intersystems.cache',
  intersystems_cache: 'intersystems.cache',
  adabas: 'softwareag.adabas',
};

const MESSAGING_ALIASES: Readonly<Record<string, string>> = {
  aws_sqs: 'aws.sqs',
  amazonsqs: 'aws.sqs',
  sqs: 'aws.sqs',
  'aws.sqs': 'aws.sqs',
  aws_sns: 'aws.sns',
  sns: 'aws.sns',
  servicebus: 'azure.servicebus',
  'azure.servicebus': 'azure.servicebus',
  eventhubs: 'azure.eventhubs',
  eventgrid: 'azure.eventgrid',
  gcp_pubsub: 'gcp.pubsub',
  jms: 'jms',
};

const RPC_ALIASES: Readonly<Record<string, string>> = {
  connect_rpc: 'connectrpc',
  apache_dubbo: 'dubbo',
  'aws-api': 'aws',
};

const GENAI_ALIASES: Readonly<Record<string, string>> = {
  'azure-openai': 'azure.ai.openai',
  'azure.openai': 'azure.ai.openai',
  azure: 'azure.ai.openai',
  'az.ai.openai': 'azure.ai.openai',
  'az.ai.inference': 'azure.ai.inference',
  'amazon-bedrock': 'aws.bedrock',
  bedrock: 'aws.bedrock',
  aws: 'aws.bedrock',
  gemini: 'gcp.gemini',
  'google.generative-ai': 'gcp.gemini',
  google: 'gcp.gemini',
  vertex_ai: 'gcp.vertex_ai',
  vertexai: 'gcp.vertex_ai',
  'google.vertex': 'gcp.vertex_ai',
  'google.vertex.anthropic': 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  xai: 'x_ai',
  watsonx: 'ibm.watsonx.ai',
};

/** The AI SDK appends the API to the provider: `openai.chat`, `openai.responses`, `anthropic.messages`. */
const GENAI_API_SUFFIX = /\.(chat|responses|messages|completions?|embeddings?|textembedding|text|language-model)$/;

export const systemAliases = { db: DB_ALIASES, messaging: MESSAGING_ALIASES, rpc: RPC_ALIASES, genai: GENAI_ALIASES };

function alias(aliases: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(aliases, name) ? aliases[name]! : name;
}

export function canonicalSystem(kind: 'db' | 'messaging' | 'rpc', name: string): string {
  return alias(systemAliases[kind], name.trim().toLowerCase());
}

export function canonicalProvider(name: string): string {
  const lower = name.trim().toLowerCase();
  return alias(GENAI_ALIASES, lower.replace(GENAI_API_SUFFIX, ''));
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  redis: 6379,
  valkey: 6379,
  memcached: 11211,
  mongodb: 27017,
  'microsoft.sql_server': 1433,
  'oracle.db': 1521,
  'ibm.db2': 50000,
  'aws.redshift': 5439,
  cockroachdb: 26257,
  cassandra: 9042,
  elasticsearch: 9200,
  opensearch: 9200,
  clickhouse: 8123,
  couchdb: 5984,
  influxdb: 8086,
  neo4j: 7687,
  'azure.cosmosdb': 443,
  'gcp.spanner': 443,
  trino: 8080,
  hbase: 16000,
  kafka: 9092,
  rabbitmq: 5672,
  activemq: 61616,
  artemis: 61616,
  pulsar: 6650,
  rocketmq: 9876,
  nats: 4222,
  mqtt: 1883,
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
};

/** Port that a target id leaves out; undefined when the system has none. */
export function defaultPort(system: string): number | undefined {
  return Object.hasOwn(DEFAULT_PORTS, system) ? DEFAULT_PORTS[system] : undefined;
}
