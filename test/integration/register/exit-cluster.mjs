/** A cluster of two; the first ends by `disconnect`, the second because the primary is gone. */
import cluster from 'node:cluster';

if (!cluster.isPrimary) {
  process.env.HOW = 'stay';
  await import('./exit-app.mjs');
} else {
  const workers = [cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  const gone = new Promise((resolve) => workers[0].once('exit', resolve));
  workers[0].process.kill('SIGTERM');
  await gone;
  console.log('ready');
  process.exit(0);
}
