// Put into one file with its framework: nothing is left for an instrumentation to patch.
import { startZeroCode } from '../../../src/otel/setup/zero-code.ts';

startZeroCode(1_000);
const { default: connect } = await import('connect');
const http = process.getBuiltinModule('node:http');
const app = connect().use('/search', (_, response) => response.end());
const server = http.createServer(app).listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, path: '/search' }, (response) => response.resume());
});
setTimeout(() => {
  console.log('served');
  process.exit(0);
}, 2_500);
