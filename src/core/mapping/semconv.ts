/**
 * Attribute names of the semantic conventions, current name first, then former ones in order of precedence.
 * The first that is present and not empty wins. One table for presets, rules and `explain`.
 */
export const semconv = {
  /** What the user says the target is called; stands for host and port. */
  targetOverride: ['server.service.name', 'service.peer.name', 'peer.service', 'aws.remote.service'],

  host: ['server.address', 'net.peer.name'],
  /** Used when no host is declared: socket level names and addresses. */
  peer: ['network.peer.address', 'net.sock.peer.name', 'net.sock.peer.addr', 'net.peer.ip'],
  port: ['server.port', 'net.peer.port'],
  peerPort: ['network.peer.port', 'net.sock.peer.port'],

  dbSystem: ['db.system.name', 'db.system'],
  dbNamespace: [
    'db.namespace',
    'db.name',
    'db.redis.database_index',
    'db.elasticsearch.cluster.name',
    'db.mssql.instance_name',
  ],
  dbCollection: [
    'db.collection.name',
    'db.sql.table',
    'db.mongodb.collection',
    'db.cassandra.table',
    'db.cosmosdb.container',
  ],
  dbOperation: ['db.operation.name', 'db.operation'],
  dbQueryText: ['db.query.text', 'db.statement'],
  cosmosRequestCharge: ['azure.cosmosdb.operation.request_charge', 'db.cosmosdb.request_charge'],

  httpMethod: ['http.request.method', 'http.method'],
  httpHost: ['server.address', 'net.peer.name', 'http.host'],
  httpStatus: ['http.response.status_code', 'http.status_code'],
  httpRequestSize: ['http.request.body.size', 'http.request_content_length'],
  httpResponseSize: ['http.response.body.size', 'http.response_content_length'],
  urlFull: ['url.full', 'http.url'],
  urlScheme: ['url.scheme', 'http.scheme'],

  rpcSystem: ['rpc.system.name', 'rpc.system'],
  rpcService: ['rpc.service'],
  rpcMethod: ['rpc.method'],
  rpcStatus: ['rpc.response.status_code', 'rpc.status_code', 'rpc.grpc.status_code'],

  messagingSystem: ['messaging.system.name', 'messaging.system'],
  messagingTemplate: ['messaging.destination.template'],
  messagingDestination: ['messaging.destination.name', 'messaging.destination'],
  messagingRoutingKey: ['messaging.rabbitmq.destination.routing_key', 'messaging.rabbitmq.routing_key'],
  messagingCluster: ['messaging.kafka.cluster.id'],
  messagingOperation: ['messaging.operation.type', 'messaging.operation'],
  messagingBatchCount: ['messaging.batch.message_count'],
  messagingBodySize: ['messaging.message.body.size', 'messaging.message_payload_size_bytes'],
  messagingGroup: ['messaging.consumer.group.name', 'messaging.kafka.consumer.group', 'messaging.kafka.consumer_group'],

  cloudRegion: ['cloud.region', 'aws.region'],
  awsBucket: ['aws.s3.bucket'],
  awsQueueUrl: ['aws.sqs.queue.url', 'aws.queue_url', 'aws.queue.url'],
  awsTopicArn: ['aws.sns.topic.arn'],
  awsStream: ['aws.kinesis.stream_name', 'aws.kinesis.stream.name', 'aws.stream.name'],
  awsSecretArn: ['aws.secretsmanager.secret.arn'],
  awsStateMachineArn: ['aws.step_functions.state_machine.arn', 'aws.stepfunctions.state_machine.arn'],
  awsActivityArn: ['aws.step_functions.activity.arn', 'aws.stepfunctions.activity.arn'],

  faasInvokedName: ['faas.invoked_name', 'aws.lambda.invoked_arn'],
  faasInvokedProvider: ['faas.invoked_provider'],
  faasInvokedRegion: ['faas.invoked_region', 'cloud.region', 'aws.region'],
  faasTrigger: ['faas.trigger'],
  faasInvocation: ['faas.invocation_id', 'faas.execution'],

  genaiProvider: ['gen_ai.provider.name', 'gen_ai.system', 'ai.model.provider'],
  genaiModel: ['gen_ai.request.model', 'ai.model.id', 'llm.request.model'],
  genaiOperation: ['gen_ai.operation.name'],
  /** Operation names from before `gen_ai.operation.name`. */
  genaiRequestType: ['llm.request.type'],
  /** The AI SDK names its operations so, `ai.generateText.doGenerate` for example. */
  genaiSdkOperation: ['ai.operationId'],
  genaiInputTokens: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  ],
  genaiOutputTokens: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
} as const satisfies Record<string, readonly string[]>;

/** A span that has one of these may be about a model. */
export const genaiGate = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.system', 'ai.operationId'] as const;

export type Field = keyof typeof semconv;

const byCurrentName = new Map<string, readonly string[]>();
for (const names of Object.values(semconv)) {
  // `server.address` heads two rows; the plain one comes first and wins.
  if (!byCurrentName.has(names[0])) byCurrentName.set(names[0], names);
}

/** A current name and its former ones, so that a rule written with current names serves older instrumentations too. */
export function withFormerNames(name: string): readonly string[] {
  return byCurrentName.get(name) ?? [name];
}
