/** A process that takes OTLP over HTTP on a loopback port, reads it and forgets it. Sends its port to the parent; ends with it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

/** Starts the sink. */
export async function openSink(): Promise<{ url: string; close: () => void }> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), { execArgv: [] });
  const [port] = await once(child, 'message');
  return { url: `http://127.0.0.1:${port}/v1/traces`, close: () => child.kill() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createServer((req, res) => {
    req.resume();
    req.on('end', () => res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
  process.once('disconnect', () => process.exit());
}
