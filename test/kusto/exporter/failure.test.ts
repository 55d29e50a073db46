import { describe, expect, test } from 'vitest';
import { AmbiguousError, PermanentError, RetryableError } from '../../../src/core/errors.ts';
import { DeadlineError } from '../../../src/exporters/kusto/deadline.ts';
import { factsOf, redact, type Stage } from '../../../src/exporters/kusto/facts.ts';
import { explain } from '../../../src/exporters/kusto/failure.ts';

const place = { cluster: 'https://mycluster.westeurope.kusto.windows.net', database: 'shop', table: 'Attribution' };

/** As axios and the SDK around it make them. */
const http = (status: number, error?: Record<string, unknown>, headers: Record<string, string> = {}) =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    name: 'AxiosError',
    code: status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE',
    response: { status, headers, data: error === undefined ? '' : { error } },
  });
const network = (code: string, message = `connect ${code} 10.0.0.1:443`) =>
  Object.assign(new Error(message), { name: 'AxiosError', code });
const throttled = (headers: Record<string, string> = {}) =>
  Object.assign(new Error('POST request failed with status 429 (Too Many Requests)'), {
    name: 'ThrottlingError',
    inner: http(429, { code: 'ServiceThrottled', message: 'slow down' }, headers),
  });
const storage = (statusCode: number | undefined, code: string, message: string) =>
  Object.assign(new Error(message), { name: 'RestError', code, statusCode });
const auth = (message: string) => Object.assign(new Error(message), { name: 'KustoAuthenticationError' });

type Kind = typeof RetryableError | typeof PermanentError | typeof AmbiguousError;

const cases: [what: string, error: unknown, stage: Stage, kind: Kind, says: RegExp[]][] = [
  [
    'a wrong cluster name',
    new Error(
      'Failed to get cloud info for cluster https://x - AxiosError: getaddrinfo ENOTFOUND mycluster.westeurope.kusto.windows.net',
    ),
    'resources',
    RetryableError,
    [/No cluster of the name mycluster\.westeurope/, /az kusto cluster list/],
  ],
  [
    'a cluster that does not say which cloud it is in',
    Object.assign(new Error('mycluster answered 503'), { response: { status: 503, headers: {} } }),
    'metadata',
    RetryableError,
    [/which cloud.*answered 503/],
  ],
  [
    'a firewall before the cluster: it speaks of no role',
    Object.assign(new Error('mycluster answered 403'), { response: { status: 403, headers: {} } }),
    'metadata',
    RetryableError,
    [/^(?!.*role).*answered 403/],
  ],
  [
    'a host that is not of Kusto',
    new Error("Can't communicate with 'evil.example' as this hostname is currently not trusted; please see …"),
    'query',
    RetryableError,
    [/no address of Kusto/, /cluster/],
  ],
  [
    'a missing database (engine)',
    http(400, {
      code: 'BadRequest_DatabaseNotExist',
      '@message': "Database 'shop' could not be found.",
      '@permanent': true,
    }),
    'query',
    RetryableError,
    [/The database is not there/, /az kusto database create .*--cluster-name mycluster --database-name shop/],
  ],
  [
    'a missing database (streaming)',
    http(400, {
      code: 'BadRequest_EntityNotFound',
      '@message': "Entity ID 'shop' of kind 'Database' was not found.",
      '@permanent': true,
    }),
    'stream',
    RetryableError,
    [/az kusto database create/],
  ],
  [
    'a missing table (streaming)',
    http(400, {
      code: 'BadRequest_EntityNotFound',
      '@message': "Entity ID 'AttributionRaw' of kind 'Table' was not found.",
      '@permanent': true,
    }),
    'stream',
    RetryableError,
    [/otel-attribution kusto schema --apply --cluster https:\/\/mycluster/],
  ],
  [
    'a missing table (query)',
    http(400, {
      code: 'General_BadRequest',
      '@message':
        "Request is invalid and cannot be processed: Semantic error: SEM0100: 'where' operator: Failed to resolve table or column expression named 'AttributionRaw'",
      '@permanent': true,
    }),
    'query',
    RetryableError,
    [/schema --apply/],
  ],
  [
    'a missing function',
    http(400, {
      code: 'General_BadRequest',
      '@message': "Semantic error: SEM0260: Unknown function: 'AttributionSchema'.",
      '@permanent': true,
    }),
    'query',
    RetryableError,
    [/schema --apply/],
  ],
  [
    'a function of another release',
    http(400, {
      code: 'General_BadRequest',
      '@message': 'Semantic error: SEM0219: AttributionSums(): function expects 4 argument(s).',
      '@permanent': true,
    }),
    'query',
    RetryableError,
    [/or older than this release/, /schema --apply/],
  ],
  [
    'a wrong mapping',
    http(400, {
      code: 'BadRequest_MappingReferenceWasNotFound',
      '@message': "Mapping reference 'Attribution_v1' of type 'Json' in database 'shop' could not be found.",
      '@permanent': true,
    }),
    'stream',
    RetryableError,
    [/older, or newer/, /schema --apply/, /npm i otel-attribution@latest/],
  ],
  [
    'streaming not enabled on the table',
    http(400, {
      code: 'BadRequest_StreamingIngestionPolicyNotEnabled',
      '@message': 'Streaming ingestion policy is not enabled for the table',
      '@permanent': true,
    }),
    'stream',
    RetryableError,
    [/--enable-streaming-ingest true/, /mode: queued/],
  ],
  ['streaming not enabled on the cluster', http(404), 'stream', RetryableError, [/--enable-streaming-ingest true/]],
  [
    'no permission to ingest',
    http(403, { code: 'Forbidden', '@message': "Principal 'aadapp=1;2' is not authorized to …", '@permanent': true }),
    'resources',
    RetryableError,
    [
      /role Ingestor/,
      /az kusto database-principal-assignment create .* --role Ingestor/,
      /\.add database \['shop'\] ingestors/,
    ],
  ],
  ['no permission to read', http(403), 'query', RetryableError, [/role Viewer/, /\.add database \['shop'\] viewers/]],
  ['no permission to change', http(403), 'command', RetryableError, [/role Admin/, /\.add database \['shop'\] admins/]],
  [
    'an expired token',
    http(401, { code: 'Unauthorized', message: 'Token is expired' }),
    'query',
    RetryableError,
    [/az login/],
  ],
  [
    'no token',
    auth('CredentialUnavailableError: Please run az login'),
    'resources',
    RetryableError,
    [/no token/, /az login/, /auth/],
  ],
  [
    'no token, as the clock is an hour off',
    auth('AuthenticationError: invalid_client: AADSTS700024: Client assertion is not within its valid time range.'),
    'resources',
    RetryableError,
    [/The clock of this host is off/, /date -u/],
  ],
  ['throttling', throttled(), 'stream', RetryableError, [/throttling/]],
  ['a server error when streaming', http(500), 'stream', AmbiguousError, [/counts once/]],
  ['a server error when asking', http(503), 'resources', RetryableError, [/503/]],
  ['no answer when streaming', new DeadlineError(5_000), 'stream', AmbiguousError, [/no answer within 5000 ms/]],
  ['no answer when uploading', new DeadlineError(5_000), 'upload', RetryableError, [/uploading to the blob/]],
  [
    'a lost connection when streaming',
    network('ECONNRESET', 'socket hang up'),
    'stream',
    AmbiguousError,
    [/socket hang up/],
  ],
  ['a refused connection when streaming', network('ECONNREFUSED'), 'stream', RetryableError, [/ECONNREFUSED/]],
  ['a failed upload', new Error('Failed to upload to blob.'), 'upload', RetryableError, [/upload/]],
  [
    'a message that may be in the queue',
    new Error('Failed to send message to queue.'),
    'enqueue',
    AmbiguousError,
    [/queue/],
  ],
  [
    'a queue that refuses',
    storage(403, 'AuthenticationFailed', 'Server failed to authenticate the request.'),
    'enqueue',
    RetryableError,
    [/not accepted.*asked for, at most once in 30 s/],
  ],
  ['a queue that fails', storage(500, 'InternalError', 'oops'), 'enqueue', AmbiguousError, []],
  [
    'rows the service will never take',
    http(400, { code: 'BadRequest_InvalidBlob', '@message': 'Stream with id … is malformed', '@permanent': true }),
    'stream',
    PermanentError,
    [/refuses the data/, /malformed/],
  ],
  [
    'a 400 that may pass',
    http(400, { code: 'X', '@message': 'busy', '@permanent': false }),
    'stream',
    RetryableError,
    [/busy/],
  ],
  ['a proxy that wants a password', http(407), 'stream', RetryableError, [/407/]],
  [
    'a query that is wrong',
    http(400, {
      code: 'General_BadRequest',
      '@message': "SEM0100: Failed to resolve column named 'foo'",
      '@permanent': true,
    }),
    'query',
    PermanentError,
    [/foo/],
  ],
  ['something that is no error', 'text', 'query', RetryableError, [/text/]],
];

test.each(cases)('%s', (_, error, stage, kind, says) => {
  const explained = explain(error, stage, place);
  expect(explained).toBeInstanceOf(kind);
  for (const pattern of says) expect(explained.message).toMatch(pattern);
  expect(explained.message.length).toBeLessThan(1_500);
});

describe('Retry-After', () => {
  test('seconds, a date, nonsense, and far too long', () => {
    const waits = (value: string): number | undefined =>
      (explain(throttled({ 'retry-after': value }), 'query', place) as RetryableError).retryAfterMs;
    expect(waits('7')).toBe(7_000);
    const date = waits(new Date(Date.now() + 60_000).toUTCString())!;
    expect(date).toBeGreaterThan(55_000);
    expect(date).toBeLessThanOrEqual(60_000);
    expect(waits('soon')).toBeUndefined();
    expect(waits('99999999')).toBe(24 * 3_600_000);
    expect((explain(throttled(), 'query', place) as RetryableError).retryAfterMs).toBeUndefined();
  });
});

test('the table name of the user is in the command', () => {
  const error = http(400, { code: 'BadRequest_TableNotExist', '@message': "Table 'BooksRaw' could not be found" });
  expect(explain(error, 'stream', { ...place, table: 'Books' }).message).toContain('--table Books');
});

test('secrets are not shown', () => {
  const text = redact(
    'PUT https://a.blob.core.windows.net/c/b?sv=2024&se=2026-01-01&sig=abc%2Fdef= failed, Authorization: Bearer eyJ0.aa.bb; AppKey=s3cret;x',
  );
  for (const secret of ['abc', 'eyJ0', 's3cret']) expect(text).not.toContain(secret);
  const explained = explain(storage(403, 'X', 'GET https://q/?sv=1&sig=topsecret'), 'enqueue', place);
  expect(explained.message).not.toContain('topsecret');
});

test('an answer as text or bytes is read too', () => {
  const data = '{"error":{"code":"C","message":"M","@permanent":true}}';
  for (const body of [data, Buffer.from(data)]) {
    expect(factsOf({ message: 'm', response: { status: 400, data: body } })).toMatchObject({
      code: 'C',
      message: 'M',
      permanent: true,
    });
  }
  expect(factsOf({ message: 'm', response: { status: 502, data: '<html>bad gateway</html>' } }).message).toContain(
    'gateway',
  );
});
