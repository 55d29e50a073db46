// Two jobs at a time compete for two places in each library. What they did is printed; what was booked is compared.
const PLACES = 2;
const COMMANDS = { a: 1, b: 3 };

/** Ways to have a command run, by name: over a pool, gathered, or by a worker of a queue. */
async function ways(libraries, port) {
  const { redis, Redis, async, priorityQueue, fastq, fastqPromise, pLimit, PQueue, bindContext, withOrigin } =
    libraries;
  const socket = { host: '127.0.0.1', port };
  const client = await redis
    .createClient({ socket })
    .on('error', () => {})
    .connect();
  const pool = await redis
    .createClientPool({ socket }, { minimum: 1, maximum: 1 })
    .on('error', () => {})
    .connect();
  const automatic = new Redis({ ...socket, enableAutoPipelining: true });
  await new Promise((resolve) => automatic.once('ready', resolve));
  const work = () => client.get('key');
  const callingBack = (_task, done) => void work().then(() => done(), done);
  const promised = (push) => () =>
    new Promise((resolve, reject) => push((error) => (error ? reject(error) : resolve())));
  const queue = async.queue(callingBack, PLACES);
  const heap = priorityQueue(callingBack, PLACES);
  const callbacks = fastq(callingBack, PLACES);
  const promises = fastqPromise(work, PLACES);
  const limit = pLimit(PLACES);
  const pQueue = new PQueue({ concurrency: PLACES });
  const own = [];
  setInterval(() => own.shift()?.(), 1).unref();
  let turn = 0;
  const connecting = new Redis({ ...socket, lazyConnect: true });
  void withOrigin('job:connect', () => connecting.connect());
  return {
    'redis pool': () => pool.get('key'),
    'ioredis auto': () => automatic.get('key'),
    'ioredis connecting': () => connecting.get('key'),
    'async.queue': promised((done) => queue.push('task', done)),
    'async.priorityQueue': promised((done) => heap.push('task', turn++ % 2, done)),
    fastq: promised((done) => callbacks.push('task', done)),
    'fastq.promise': () => promises.push('task'),
    'p-limit': () => limit(work),
    'p-queue': () => pQueue.add(work),
    'bound by hand': promised((done) => own.push(bindContext(() => callingBack('task', done)))),
  };
}

exports.work = async (libraries, port) => {
  const did = {};
  const jobs = [];
  for (const [way, run] of Object.entries(await ways(libraries, port))) {
    for (const [job, commands] of Object.entries(COMMANDS)) {
      const origin = `job:${way} ${job}`;
      for (let i = 0; i < 10; i++) {
        jobs.push(
          libraries.withOrigin(origin, async () => {
            for (let n = 0; n < commands; n++) {
              did[origin] = (did[origin] ?? 0) + 1;
              await run();
            }
          }),
        );
      }
    }
  }
  await Promise.all(jobs);
  process.stdout.write(JSON.stringify(did), () => process.exit(0));
};
