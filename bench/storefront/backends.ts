/**
 * What the storefront needs, answered at no cost worth measuring: a Postgres that speaks the real protocol and gives canned rows, and a
 * payments service that takes every card. With PGlite there instead, the database would be the bottleneck and hide what is measured.
 */
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** One backend message: type, length of what follows including itself, body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int16 = (n: number): Buffer => Buffer.from([n >> 8, n & 255]);
const int32 = (n: number): Buffer => Buffer.from([n >> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]);
const text = (s: string): Buffer => Buffer.from(`${s}\0`);

const INT4 = 23;
const TEXT = 25;

/** Everything between Parse and Sync for a statement with these rows. */
function result(
  tag: string,
  columns: readonly (readonly [name: string, type: number])[],
  rows: readonly (readonly unknown[])[],
): Buffer {
  const parts = [message('1', Buffer.alloc(0)), message('2', Buffer.alloc(0))];
  if (columns.length === 0) parts.push(message('n', Buffer.alloc(0)));
  else {
    const fields = columns.map(([name, type]) =>
      Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(type === INT4 ? 4 : -1), int32(-1), int16(0)]),
    );
    parts.push(message('T', Buffer.concat([int16(columns.length), ...fields])));
  }
  for (const row of rows) {
    const values = row.map((value) => {
      const bytes = Buffer.from(String(value));
      return Buffer.concat([int32(bytes.length), bytes]);
    });
    parts.push(message('D', Buffer.concat([int16(row.length), ...values])));
  }
  parts.push(message('C', text(tag)), message('Z', Buffer.from('I')));
  return Buffer.concat(parts);
}

/** Canned results by a word of the statement; the first that fits. */
const RESULTS: readonly (readonly [word: string, reply: Buffer])[] = [
  [
    'INSERT INTO orders',
    result(
      'INSERT 0 1',
      [
        ['id', INT4],
        ['total', INT4],
      ],
      [[20_001, 4_200]],
    ),
  ],
  ['UPDATE', result('UPDATE 1', [], [])],
  [
    'WHERE category',
    result(
      'SELECT 46',
      [['id', INT4]],
      Array.from({ length: 46 }, (_, i) => [i + 1]),
    ),
  ],
  [
    'FROM products',
    result(
      'SELECT 1',
      [
        ['name', TEXT],
        ['price', INT4],
        ['stock', INT4],
      ],
      [['Product 7', 759, 100_000]],
    ),
  ],
  [
    'FROM reviews',
    result(
      'SELECT 4',
      [
        ['stars', INT4],
        ['body', TEXT],
      ],
      [1, 2, 3, 4].map((i) => [i, `Review ${i}`]),
    ),
  ],
  ['', result('SELECT 0', [], [])],
];

const READY = Buffer.concat([
  message('R', int32(0)),
  message('S', Buffer.concat([text('server_version'), text('17.5')])),
  message('Z', Buffer.from('I')),
]);

function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  let reply = RESULTS.at(-1)![1];
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      const type = started ? String.fromCharCode(rest[0]!) : 'startup';
      const body = rest.subarray(head + 4, end);
      rest = rest.subarray(end);
      if (type === 'startup') {
        started = true;
        socket.write(READY);
      } else if (type === 'P' || type === 'Q') {
        const sql = body.toString('latin1');
        reply = RESULTS.find(([word]) => sql.includes(word))![1];
        // A simple query has no Parse and Bind to complete (5 bytes each).
        if (type === 'Q') socket.write(reply.subarray(10));
      } else if (type === 'S') socket.write(reply);
      else if (type === 'X') socket.end();
    }
  });
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

const payments = createHttpServer((req, res) => {
  req.resume();
  req.on('end', () => res.writeHead(201).end());
});
process.send?.({ databasePort: await listen(createServer(serve)), paymentsPort: await listen(payments) });
process.once('disconnect', () => process.exit());
