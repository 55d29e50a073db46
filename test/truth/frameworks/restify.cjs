// Handlers of both forms restify takes: `async` ones for half of the routes, callbacks for the others.
const { pipeline } = require('node:stream');
const { olderFrameworks } = require('./older.ts');
const { serve } = require('./runtime.ts');

const restify = olderFrameworks('restify');

function send(answer, response, done) {
  if (typeof answer === 'string') {
    response.sendRaw(200, answer);
    done();
  } else pipeline(answer, response, () => done());
}

void serve({
  load: (name) => Promise.resolve(require(name)),
  async listen(routes, token) {
    const server = restify.createServer();
    server.use((_request, _response, next) => setImmediate(next));
    server.use(restify.plugins.queryParser());
    for (const route of routes) {
      const handle = () => route.handle(token(route));
      const callingBack = (_request, response, next) =>
        void handle().then((answer) => send(answer, response, () => next()), next);
      const promising = async (_request, response) => {
        const answer = await handle();
        await new Promise((resolve) => send(answer, response, resolve));
      };
      server[route.method === 'GET' ? 'get' : 'post'](route.path, route.kind < 'l' ? promising : callingBack);
    }
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
  },
});
