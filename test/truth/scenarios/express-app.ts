/** An Express application of a few hand-written routes, for the scenarios that are about more than a driver. */
import type { IncomingHttpHeaders } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import { onHarness, ownToken, type PlannedRequest, settings, tell } from '../frameworks/runtime.ts';

export interface ScenarioRoute {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** What to send and which origin it must get, where that is more than the path says. */
  readonly requests?: readonly { readonly path: string; readonly origin: string }[];
  /** `token` names this route. */
  handle(token: string, id: string, headers: IncomingHttpHeaders): Promise<string>;
}

export interface Scenario {
  readonly routes: readonly ScenarioRoute[];
  jobs?: (rounds: number) => Promise<void>;
  stop(): Promise<void>;
}

/** A route for each of the things that an application can do; it carries the name of that. */
export function routesOfActions(
  actions: Readonly<Record<string, (token: string) => Promise<unknown>>>,
): ScenarioRoute[] {
  return Object.entries(actions).map(([name, action]) => ({
    path: `/${name}/:id`,
    async handle(token) {
      await action(token);
      return 'done';
    },
  }));
}

export async function serveScenario(scenario: Scenario): Promise<void> {
  const { service } = settings();
  const app = express();
  const requests: PlannedRequest[] = [];
  for (const { method = 'GET', path, requests: sent, handle } of scenario.routes) {
    const origin = `${method} ${path}`;
    for (const request of sent ?? [{ path, origin }]) requests.push({ method, ...request });
    app[method === 'GET' ? 'get' : 'post'](path, async (request, response) => {
      response.send(await handle(ownToken(service, origin), String(request.params.id), request.headers));
    });
  }
  app.use(((error: Error, _request, response, _next) => {
    process.stderr.write(`${error.stack}\n`);
    response.status(500).end();
  }) satisfies ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onHarness({
    jobs: scenario.jobs ?? (() => Promise.resolve()),
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      await scenario.stop();
    },
  });
  tell({ type: 'ready', port: (server.address() as { port: number }).port, requests });
}
