/**
 * First of two processes, and nobody's friend: it lists no one and trusts no one. Its callers claim to be somebody else,
 * the second process trusts this one, and must not believe what this one did not say.
 */
import http, { type IncomingHttpHeaders } from 'node:http';
import { settings, tell } from '../frameworks/runtime.ts';
import { tokenOf } from '../token.ts';
import { serveScenario } from './express-app.ts';

const { service } = settings();
const port = Number(process.env.TRUTH_BACK);
const BACK = `${service}-back`;
const url = `http://127.0.0.1:${port}/work/1`;

/** The second process answers for itself. */
const headers = { 'x-truth': tokenOf({ service: BACK, originService: BACK, origin: 'GET /work/:id' }) };

function get(sent: IncomingHttpHeaders): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: '/work/1', headers: sent }, (response) => {
        response.resume().on('end', () => resolve('ok'));
      })
      .on('error', reject);
  });
}

/** As a reverse proxy does: what came in goes on. */
function copied({ host: _, connection: __, ...rest }: IncomingHttpHeaders): IncomingHttpHeaders {
  return { ...rest, ...headers };
}

const WAYS: Record<string, (incoming: IncomingHttpHeaders) => Promise<string>> = {
  fetch: () => fetch(url, { headers }).then((response) => response.text()),
  http: () => get(headers),
  proxy: (incoming) => get(copied(incoming)),
  copy: (incoming) =>
    fetch(url, { headers: copied(incoming) as Record<string, string> }).then((response) => response.text()),
};

await serveScenario({
  routes: Object.entries(WAYS).map(([way, call]) => ({
    path: `/${way}/:id`,
    handle(token, _id, incoming) {
      tell({ type: 'counted', target: 'chain', token, operations: 1 });
      return call(incoming);
    },
  })),
  stop: () => Promise.resolve(),
});
