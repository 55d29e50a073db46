/** GraphQL over HTTP in Express: one path for everything, the operation names the origin. */
import express from 'express';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/express';
import { type Route, STREAMING } from './routes.ts';
import { serve } from './runtime.ts';

const nameOf = (route: Route) => `${route.driver.replace('-', '_')}_${route.kind}`;
const typeOf = (route: Route) => (route.method === 'GET' ? 'query' : 'mutation');

await serve({
  load: (name) => import(name),
  skip: STREAMING,
  origin: (route) => `POST /graphql ${typeOf(route)} ${nameOf(route)}`,
  request: (route) => ({
    method: 'POST',
    path: '/graphql',
    body: JSON.stringify({ query: `${typeOf(route)} ${nameOf(route)} { ${nameOf(route)} }` }),
  }),
  async listen(routes, token) {
    const field = (route: Route) => ({
      type: new GraphQLNonNull(GraphQLString),
      resolve: () => route.handle(token(route)),
    });
    const object = (name: string, method: string) =>
      new GraphQLObjectType({
        name,
        fields: Object.fromEntries(routes.filter((r) => r.method === method).map((r) => [nameOf(r), field(r)])),
      });
    const schema = new GraphQLSchema({ query: object('Query', 'GET'), mutation: object('Mutation', 'POST') });
    const app = express();
    app.all('/graphql', createHandler({ schema }));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return {
      port: (server.address() as { port: number }).port,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
});
