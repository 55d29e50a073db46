// CommonJS, as the Nest compiler writes it: decorators are functions, called by hand here.
require('reflect-metadata');
const { Controller, Get, Module, Post, Res, VersioningType } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { pipeline } = require('node:stream');
const { serve } = require('./runtime.ts');

const load = (name) => Promise.resolve(require(name));

// A prefix and a version, which no controller names.
const whole = (path) => `/api/v1${path}`;

function controllerOf(route, token) {
  class RouteController {
    async run(response) {
      const answer = await route.handle(token);
      if (typeof answer === 'string') response.send(answer);
      else pipeline(answer, response, () => {});
    }
  }
  const method = route.method === 'GET' ? Get : Post;
  method(':id')(RouteController.prototype, 'run', Object.getOwnPropertyDescriptor(RouteController.prototype, 'run'));
  Res()(RouteController.prototype, 'run', 0);
  Controller(route.path.replace('/:id', ''))(RouteController);
  return RouteController;
}

void serve({
  load,
  origin: (route) => `${route.method} ${whole(route.path)}`,
  request: (route) => ({ method: route.method, path: whole(route.path) }),
  async listen(routes, token) {
    class AppModule {}
    Module({ controllers: routes.map((route) => controllerOf(route, token(route))) })(AppModule);
    const app = await NestFactory.create(AppModule, { logger: false });
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    await app.listen(0, '127.0.0.1');
    return { port: app.getHttpServer().address().port, close: () => app.close() };
  },
});
