/** First of two processes: names the origin and calls the second one, which is on its list. */
import http from 'node:http';
import { withOrigin } from '../../../src/index.ts';
import { settings, tell } from '../frameworks/runtime.ts';
import { tokenOf } from '../token.ts';
import { serveScenario } from './express-app.ts';

const { service } = settings();
const back = Number(process.env.TRUTH_BACK);
const BACK = 'chain-back';

/** What the second process has to pass on: it does the work, the origin was named here. */
const inherited = (origin: string) => tokenOf({ service: BACK, originService: service, origin });

function call(how: 'fetch' | 'http', token: string, origin: string): Promise<string> {
  tell({ type: 'counted', target: 'chain', token, operations: 1 });
  const headers = { 'x-truth': inherited(origin) };
  if (how === 'fetch') return fetch(`http://127.0.0.1:${back}/work/1`, { headers }).then((response) => response.text());
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: back, path: '/work/1', headers }, (response) => {
        response.resume().on('end', () => resolve('ok'));
      })
      .on('error', reject);
  });
}

await serveScenario({
  routes: (['fetch', 'http'] as const).map((how) => ({
    path: `/${how}/:id`,
    handle: (token) => call(how, token, `GET /${how}/:id`),
  })),
  async jobs(rounds) {
    const origin = 'job:chain';
    const token = tokenOf({ service, originService: service, origin });
    await withOrigin(origin, async () => {
      for (let i = 0; i < rounds; i++) await Promise.all([call('fetch', token, origin), call('http', token, origin)]);
    });
  },
  stop: () => Promise.resolve(),
});
