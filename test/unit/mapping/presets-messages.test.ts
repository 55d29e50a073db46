import { describe, expect, it } from 'vitest';
import { recordView } from '../../../src/core/mapping/attribute-view.ts';
import { CLIENT, CONSUMER, INTERNAL, mapped, mapping, PRODUCER, span, targetOf } from './harness.ts';

const amqp = {
  'messaging.system': 'rabbitmq',
  'messaging.protocol': 'AMQP',
  'messaging.url': 'amqp://guest:***@mq.internal',
  'server.address': 'mq.internal',
  'server.port': 5672,
  'messaging.destination_kind': 'topic',
};

describe('preset messaging', () => {
  it('maps what instrumentation-amqplib publishes', () => {
    const { result, rows } = mapped(PRODUCER, {
      ...amqp,
      'messaging.destination': 'orders',
      'messaging.rabbitmq.routing_key': 'eu.new',
    })!;
    expect(result).toMatchObject({
      rule: 'preset:messaging',
      target: 'rabbitmq://mq.internal/orders',
      address: 'mq.internal',
      consumes: '',
    });
    expect(rows).toEqual(['messaging.client.operation.duration 0.5 s', 'messaging.client.sent.messages 1 {message}']);
  });

  it('counts a processed message on the queue and its time on the service', () => {
    const attributes = {
      ...amqp,
      'messaging.destination': '',
      'messaging.rabbitmq.routing_key': 'jobs',
      'messaging.operation': 'process',
    };
    const { result, rows } = mapped(CONSUMER, attributes, { name: 'jobs process' })!;
    expect(result).toMatchObject({ rule: 'preset:server', target: 'service://storefront', consumes: 'process' });
    expect(rows).toEqual([
      'messaging.process.duration 0.5 s',
      'messaging.client.consumed.messages on rabbitmq://mq.internal/jobs 1 {message}',
    ]);
    expect(mapped(CONSUMER, attributes, { presets: ['server'] })!.rows).toEqual(['messaging.process.duration 0.5 s']);
    const alone = mapped(CONSUMER, attributes, { presets: ['messaging'] })!;
    expect(alone.rows).toEqual(['messaging.client.consumed.messages 1 {message}']);
    expect(alone.result.consumes).toBe('process');
  });

  it('maps what instrumentation-kafkajs records', () => {
    const kafka = {
      'messaging.system': 'kafka',
      'messaging.destination.name': 'orders',
      'messaging.kafka.cluster.id': 'c1',
    };
    expect(targetOf(PRODUCER, { ...kafka, 'messaging.operation.type': 'send' })).toBe('kafka://c1/orders');
    const poll = {
      ...kafka,
      'messaging.operation.type': 'receive',
      'messaging.operation.name': 'poll',
      'messaging.batch.message_count': 7,
    };
    const { result, rows } = mapped(CLIENT, poll)!;
    expect(result).toMatchObject({ target: 'kafka://c1/orders', consumes: 'receive' });
    expect(rows).toEqual([
      'messaging.client.operation.duration 0.5 s',
      'messaging.client.consumed.messages 7 {message}',
    ]);
  });

  const targets: [string, Record<string, unknown>, string][] = [
    [
      'the default exchange: its routing key',
      { ...amqp, 'messaging.destination': '', 'messaging.rabbitmq.routing_key': 'jobs' },
      'rabbitmq://mq.internal/jobs',
    ],
    [
      'a template before the name',
      { ...amqp, 'messaging.destination.template': 'user-{id}', 'messaging.destination.name': 'user-17' },
      'rabbitmq://mq.internal/user-{id}',
    ],
    [
      'a temporary destination',
      { ...amqp, 'messaging.destination.name': 'tmp-83fa', 'messaging.destination.temporary': true },
      'rabbitmq://mq.internal/(temporary)',
    ],
    [
      'an anonymous one, said as text',
      {
        ...amqp,
        'messaging.destination.name': 'x1',
        'messaging.destination.temporary': false,
        'messaging.destination.anonymous': 'true',
      },
      'rabbitmq://mq.internal/(temporary)',
    ],
    [
      'a queue named by the broker',
      { ...amqp, 'messaging.destination': '', 'messaging.rabbitmq.routing_key': 'amq.gen-JzTY20BRgKO' },
      'rabbitmq://mq.internal/(temporary)',
    ],
    [
      'a name with a UUID in it',
      { ...amqp, 'messaging.destination.name': 'reply-0b5e6a1c-7b1e-4a8e-9d53-1f1d8d7c2a10' },
      'rabbitmq://mq.internal/reply-{uuid}',
    ],
    ['no destination', amqp, 'rabbitmq://mq.internal'],
    [
      'only a URL',
      {
        'messaging.system': 'rabbitmq',
        'messaging.url': 'amqp://guest:secret@mq:5673',
        'messaging.destination': 'orders',
      },
      'rabbitmq://mq:5673/orders',
    ],
    [
      'no address at all',
      { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
      'kafka://(unknown)/storefront/orders',
    ],
    [
      'the newest name of the system',
      {
        'messaging.system.name': 'kafka',
        'messaging.destination.name': 'orders',
        'server.address': 'k',
        'server.port': 9092,
      },
      'kafka://k/orders',
    ],
    ['peer.service', { ...amqp, 'messaging.destination': 'orders', 'peer.service': 'bus' }, 'rabbitmq://bus/orders'],
    [
      'SQS without its SDK',
      {
        'messaging.system': 'aws_sqs',
        'messaging.destination.name': 'jobs',
        'server.address': 'sqs.eu-west-1.amazonaws.com',
      },
      'aws.sqs://jobs',
    ],
  ];
  for (const [what, attributes, target] of targets) it(what, () => expect(targetOf(PRODUCER, attributes)).toBe(target));

  it('does not count a message that is made and not yet sent', () => {
    expect(mapped(PRODUCER, { ...amqp, 'messaging.operation.type': 'create' })).toBeUndefined();
  });
  it('counts the time of other operations alone', () => {
    expect(mapped(CLIENT, { ...amqp, 'messaging.operation.type': 'settle' })!.rows).toEqual([
      'messaging.client.operation.duration 0.5 s',
    ]);
  });
});

describe('preset aws', () => {
  const call = (service: string, more: Record<string, unknown>) => ({
    'rpc.system': 'aws-api',
    'rpc.service': service,
    'rpc.method': 'Call',
    'cloud.region': 'eu-west-1',
    ...more,
  });
  const cases: [string, number, Record<string, unknown>, string, string[]][] = [
    [
      'DynamoDB, with what it consumed',
      CLIENT,
      call('DynamoDB', {
        'db.system.name': 'aws.dynamodb',
        'db.namespace': 'carts',
        'aws.dynamodb.table_names': ['carts'],
        'aws.dynamodb.consumed_capacity': [
          '{"TableName":"carts","CapacityUnits":1.5}',
          '{"TableName":"b","CapacityUnits":2}',
        ],
      }),
      'aws.dynamodb://eu-west-1/carts',
      ['db.client.operation.duration 0.5 s', 'aws.dynamodb.consumed_capacity 3.5 {capacity_unit}'],
    ],
    [
      'S3',
      CLIENT,
      call('S3', { 'aws.s3.bucket': 'pictures' }),
      'aws.s3://pictures',
      ['rpc.client.call.duration 0.5 s'],
    ],
    [
      'SQS send',
      PRODUCER,
      call('SQS', {
        'messaging.system': 'aws_sqs',
        'messaging.destination.name': 'jobs',
        'url.full': 'https://sqs.eu-west-1.amazonaws.com/1/jobs',
      }),
      'aws.sqs://jobs',
      ['messaging.client.operation.duration 0.5 s', 'messaging.client.sent.messages 1 {message}'],
    ],
    [
      'SQS receive',
      CONSUMER,
      call('SQS', {
        'messaging.system': 'aws_sqs',
        'messaging.destination.name': 'jobs',
        'messaging.operation.type': 'receive',
        'messaging.batch.message_count': 10,
      }),
      'aws.sqs://jobs',
      ['messaging.client.operation.duration 0.5 s', 'messaging.client.consumed.messages 10 {message}'],
    ],
    [
      'SNS publish',
      PRODUCER,
      call('SNS', { 'messaging.system': 'aws.sns', 'aws.sns.topic.arn': 'arn:aws:sns:eu-west-1:123456789012:orders' }),
      'aws.sns://orders',
      ['messaging.client.operation.duration 0.5 s', 'messaging.client.sent.messages 1 {message}'],
    ],
    [
      'Kinesis',
      CLIENT,
      call('Kinesis', { 'aws.kinesis.stream.name': 'clicks' }),
      'aws.kinesis://eu-west-1/clicks',
      ['rpc.client.call.duration 0.5 s'],
    ],
    [
      'Lambda',
      CLIENT,
      call('Lambda', { 'faas.invoked_name': 'resize', 'faas.invoked_provider': 'aws' }),
      'aws.lambda://eu-west-1/resize',
      ['faas.invoke_duration 0.5 s'],
    ],
    [
      'Lambda by ARN',
      CLIENT,
      call('Lambda', { 'faas.invoked_name': 'arn:aws:lambda:us-east-1:123456789012:function:resize:live' }),
      'aws.lambda://us-east-1/resize',
      ['faas.invoke_duration 0.5 s'],
    ],
    [
      'a secret',
      CLIENT,
      call('SecretsManager', { 'aws.secretsmanager.secret.arn': 'arn:aws:secretsmanager:eu-west-1:1:secret:db-x1' }),
      'aws.secretsmanager://eu-west-1/db-x1',
      ['rpc.client.call.duration 0.5 s'],
    ],
    [
      'a state machine',
      CLIENT,
      call('SFN', { 'aws.step_functions.state_machine.arn': 'arn:aws:states:eu-west-1:1:stateMachine:flow' }),
      'aws.stepfunctions://eu-west-1/flow',
      ['rpc.client.call.duration 0.5 s'],
    ],
    [
      'a service without a resource',
      CLIENT,
      call('KMS', {}),
      'aws.kms://eu-west-1',
      ['rpc.client.call.duration 0.5 s'],
    ],
    [
      'the Java name of a service',
      CLIENT,
      call('AmazonDynamoDBv2', {}),
      'aws.dynamodb://eu-west-1',
      ['db.client.operation.duration 0.5 s'],
    ],
    [
      'no region',
      CLIENT,
      call('KMS', { 'cloud.region': '' }),
      'aws.kms://(unknown)/storefront',
      ['rpc.client.call.duration 0.5 s'],
    ],
    [
      'peer.service',
      CLIENT,
      call('S3', { 'aws.s3.bucket': 'pictures', 'peer.service': 'media' }),
      'aws.s3://media',
      ['rpc.client.call.duration 0.5 s'],
    ],
  ];
  for (const [what, kind, attributes, target, rows] of cases) {
    it(what, () => {
      const found = mapped(kind, attributes)!;
      expect(found.result).toMatchObject({ rule: 'preset:aws', category: 'aws', target });
      expect(found.rows).toEqual(rows);
    });
  }

  it('takes no call of several messages for one: unknown is refused, a count is taken', () => {
    const sqs = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'jobs' };
    const topic = { 'messaging.system': 'aws.sns', 'aws.sns.topic.arn': 'arn:aws:sns:eu-west-1:123456789012:orders' };
    const f = (kind: number, attributes: Record<string, unknown>, event: string, refused: number) => {
      for (const size of [undefined, 0, 7]) {
        const known = size === undefined ? {} : { 'messaging.batch.message_count': size };
        const { mapping: compiled, accounts } = mapping();
        const view = { ...attributes, ...known };
        const result = compiled.match(span(kind, view))!;
        const values = result.measures.map((_, i) => result.read(i, recordView(view), 0.5));
        expect(result.measures.map((measure) => measure.event)).toEqual(['messaging.client.operation.duration', event]);
        expect(values).toEqual([0.5, size ?? (refused === 1 ? Number.NaN : 1)]);
        expect(accounts.total('attribution.measurement.refused')).toBe(size === undefined ? refused : 0);
      }
    };
    const sent = 'messaging.client.sent.messages';
    f(PRODUCER, call('SQS', { ...sqs, 'rpc.method': 'SendMessageBatch' }), sent, 1);
    f(PRODUCER, call('SQS', { ...sqs, 'rpc.method': 'SendMessage' }), sent, 0);
    f(CLIENT, call('SNS', { ...topic, 'rpc.method': 'PublishBatch' }), sent, 1);
    const receive = { ...sqs, 'rpc.method': 'ReceiveMessage', 'messaging.operation.type': 'receive' };
    f(CONSUMER, call('SQS', receive), 'messaging.client.consumed.messages', 1);
    // Deleting is no sending.
    expect(mapped(CLIENT, call('SQS', { ...sqs, 'rpc.method': 'DeleteMessageBatch' }))!.rows).toEqual([
      'messaging.client.operation.duration 0.5 s',
    ]);
  });

  it('never makes a phone or a device a target', () => {
    const sns = (destination: string) =>
      call('SNS', { 'messaging.system': 'aws.sns', 'messaging.destination.name': destination });
    expect(targetOf(PRODUCER, sns('+4915112345678'))).toBe('aws.sns://(direct)');
    expect(targetOf(PRODUCER, sns('arn:aws:sns:eu-west-1:1:endpoint/GCM/app/0b5e'))).toBe('aws.sns://(direct)');
    expect(targetOf(PRODUCER, sns('arn:aws:sns:eu-west-1:1:orders'))).toBe('aws.sns://orders');
  });

  it('refuses a consumed capacity it cannot read, and counts the rest', () => {
    for (const broken of [['no json'], ['{}'], 'x', [5], [null]]) {
      const attributes = call('DynamoDB', {
        'aws.dynamodb.table_names': ['t'],
        'aws.dynamodb.consumed_capacity': broken,
      });
      expect(mapped(CLIENT, attributes)!.rows).toEqual(['db.client.operation.duration 0.5 s']);
    }
  });
});

describe('preset genai', () => {
  const tokens = { 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 34 };
  const usage = [
    'gen_ai.client.operation.duration 0.5 s',
    'gen_ai.client.token.usage{"gen_ai.token.type":"input"} 12 {token}',
    'gen_ai.client.token.usage{"gen_ai.token.type":"output"} 34 {token}',
  ];

  it('maps what instrumentation-openai records', () => {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'server.address': 'api.openai.com',
      'server.port': 443,
      ...tokens,
    };
    const { result, rows } = mapped(CLIENT, attributes)!;
    expect(result).toMatchObject({
      rule: 'preset:genai',
      target: 'openai://gpt-4o',
      system: 'openai',
      address: 'api.openai.com',
    });
    expect(rows).toEqual(usage);
  });

  it('maps the inner spans of the AI SDK', () => {
    for (const operation of [
      'ai.generateText.doGenerate',
      'ai.streamText.doStream',
      'ai.generateObject.doGenerate',
      'ai.streamObject.doStream',
    ]) {
      const attributes = {
        'ai.operationId': operation,
        'gen_ai.system': 'openai.responses',
        'gen_ai.request.model': 'gpt-4o',
        'ai.usage.promptTokens': 12,
        ...tokens,
      };
      expect(mapped(INTERNAL, attributes)!.rows).toEqual(usage);
      expect(targetOf(INTERNAL, attributes)).toBe('openai://gpt-4o');
    }
  });

  it('maps its embeddings, whose tokens may be NaN', () => {
    const embed = {
      'ai.operationId': 'ai.embed.doEmbed',
      'ai.model.provider': 'openai.embedding',
      'ai.model.id': 'text-embedding-3-small',
    };
    expect(targetOf(INTERNAL, embed)).toBe('openai://text-embedding-3-small');
    expect(mapped(INTERNAL, { ...embed, 'ai.usage.tokens': 8 })!.rows).toEqual([
      usage[0],
      'gen_ai.client.token.usage{"gen_ai.token.type":"input"} 8 {token}',
    ]);
    expect(mapped(INTERNAL, { ...embed, 'ai.usage.tokens': Number.NaN })!.rows).toEqual([usage[0]]);
  });

  const outside: [string, Record<string, unknown>][] = [
    ['an agent', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.provider.name': 'openai', ...tokens }],
    ['a tool', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' }],
    [
      'the outer span of the AI SDK',
      { 'ai.operationId': 'ai.generateText', 'ai.model.provider': 'openai.chat', 'ai.usage.promptTokens': 12 },
    ],
    [
      'its outer embedding',
      { 'ai.operationId': 'ai.embedMany', 'ai.model.provider': 'openai.embedding', 'ai.usage.tokens': 5 },
    ],
    ['its tool', { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'search' }],
    ['an INTERNAL span with nothing but a system', { 'gen_ai.system': 'openai', ...tokens }],
  ];
  for (const [what, attributes] of outside)
    it(`${what} does not count`, () => expect(mapped(INTERNAL, attributes)).toBeUndefined());

  it('does not take the agent of a CLIENT span for something else', () => {
    expect(
      mapped(CLIENT, { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.provider.name': 'openai' }),
    ).toBeUndefined();
  });

  it('maps older spans and ones without a model', () => {
    const old = {
      'gen_ai.system': 'OpenAI',
      'llm.request.type': 'chat',
      'gen_ai.request.model': 'gpt-4',
      'gen_ai.usage.prompt_tokens': 12,
      'gen_ai.usage.completion_tokens': 34,
    };
    expect(mapped(CLIENT, old)!.rows).toEqual(usage);
    expect(targetOf(CLIENT, { 'gen_ai.system': 'openai' })).toBe('openai://(unknown)');
    expect(targetOf(CLIENT, { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' })).toBe('genai://m');
  });

  it('comes before the AWS call of Bedrock', () => {
    const bedrock = {
      'rpc.system': 'aws-api',
      'rpc.service': 'BedrockRuntime',
      'gen_ai.system': 'aws.bedrock',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'titan',
    };
    expect(targetOf(CLIENT, bedrock)).toBe('aws.bedrock://titan');
  });
});
