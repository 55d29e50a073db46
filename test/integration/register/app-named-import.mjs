// A name of a built-in module, bound when this module is linked.
import { createServer, request } from 'node:http';

const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  request({ host: '127.0.0.1', port }, (response) => {
    response.resume().on('end', () => {
      console.log('served');
      server.close();
    });
  }).end();
});
