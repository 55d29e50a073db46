/**
 * One run of a process of the shop, on a clock of its own: it lives through hours in seconds. The plug-in, the SDK and the parts are real;
 * spans are begun and ended at the times of the plan. What is done is entered in the books by the code that does it, and the books go to the
 * parent. `node app.ts`, with the plan as the message from the parent and the directory of the parts as its argument.
 */
import { once } from 'node:events';
import type { Attribution } from '../../src/otel/instance.ts';
import { CACHE, type Entry, MAIL, PAYMENTS, SHOP_DB } from './books.ts';
import type { RunPlan, Step, Task } from './plan.ts';

process.send!('ready');
const [plan] = (await once(process, 'message')) as [RunPlan];
const directory = process.argv[2]!;

// Before anything else is loaded, as it may keep the function.
let clock = plan.begin;
Date.now = () => clock;
// Nothing may happen by the real clock but what the exporters wait for.
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = ((fn: () => void, ms = 0) => realTimeout(fn, ms > 1_000 ? 2 ** 30 : ms)) as typeof setTimeout;

const { context, SpanKind, trace, ROOT_CONTEXT } = await import('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
const { resourceFromAttributes } = await import('@opentelemetry/resources');
const { TracerProvider } = await import('@opentelemetry/sdk-trace');
const { createAttribution } = await import('../../src/otel/attribution.ts');
const { record, withAttributes, withOrigin } = await import('../../src/index.ts');
const { exitTable } = await import('../../src/engine/exit-table.ts');

const attribution: Attribution = createAttribution({ directory, service: plan.service, exitTable: false, live: false });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': plan.service }),
  spanProcessors: [attribution.processor as never],
});
trace.setGlobalTracerProvider(provider);
const tracer = trace.getTracer('shop');

const books: Entry[] = [];
const hrTime = (ms: number): [number, number] => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];

const calls: Readonly<
  Record<Exclude<Step['to'], typeof MAIL>, { name: string; event: string; attributes: Record<string, string | number> }>
> = {
  [SHOP_DB]: {
    name: 'SELECT',
    event: 'db.client.operation.duration',
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'server.address': 'db.internal',
      'db.operation.name': 'SELECT',
    },
  },
  [CACHE]: {
    name: 'GET',
    event: 'db.client.operation.duration',
    attributes: { 'db.system.name': 'redis', 'server.address': 'cache.internal', 'db.operation.name': 'GET' },
  },
  [PAYMENTS]: {
    name: 'POST',
    event: 'http.client.request.duration',
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'http://payments.internal/charges',
      'server.address': 'payments.internal',
      'server.port': 80,
    },
  },
};

interface Deed {
  readonly at: number;
  readonly run: () => void | Promise<void>;
}

/** Spans begin and end in the order of time, as they do where many requests are under way. */
function deedsOf(task: Task): Deed[] {
  const deeds: Deed[] = [];
  let around = ROOT_CONTEXT;
  let end = (): void => {};
  const within = (tenant: string, fn: () => void): void =>
    context.with(around, () => (tenant === '' ? fn() : withAttributes({ tenant }, fn)));
  const enter = (entry: Omit<Entry, 'run' | 'service' | 'originService' | 'origin' | 'settled'>): void =>
    void books.push({
      run: plan.name,
      service: plan.service,
      originService: plan.service,
      origin: task.origin,
      settled: task.end,
      ...entry,
    });

  deeds.push({
    at: task.begin,
    run() {
      if (task.job) {
        // The job itself is no request; its span is there so that its steps are one piece of work.
        context.with(
          ROOT_CONTEXT,
          () =>
            void withOrigin(
              task.origin,
              () =>
                new Promise<void>((done) => {
                  around = context.active();
                  end = done;
                }),
            ),
        );
        return;
      }
      const [method, route] = task.origin.split(' ') as [string, string];
      const attributes = {
        'http.request.method': method,
        'http.route': route,
        'url.scheme': 'http',
        'url.path': route,
      };
      const span = tracer.startSpan(
        method,
        { kind: SpanKind.SERVER, startTime: hrTime(task.begin), attributes },
        ROOT_CONTEXT,
      );
      around = trace.setSpan(ROOT_CONTEXT, span);
      end = () => span.end(hrTime(task.end));
    },
  });
  for (const step of task.steps) {
    const { to, tenant, begin, ms } = step;
    if (to === MAIL) {
      deeds.push({
        at: begin,
        run() {
          within(tenant, () => record({ target: MAIL, event: 'email.sent', unit: '{email}', value: ms }));
          enter({
            tenant,
            target: MAIL,
            event: 'email.sent',
            unit: '{email}',
            request: false,
            begin,
            end: begin,
            value: ms,
          });
        },
      });
      continue;
    }
    const { name, event, attributes } = calls[to];
    let span: ReturnType<typeof tracer.startSpan> | undefined;
    deeds.push({
      at: begin,
      run: () =>
        within(
          tenant,
          () => (span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: hrTime(begin), attributes })),
        ),
    });
    deeds.push({
      at: begin + ms,
      run() {
        span!.end(hrTime(begin + ms));
        enter({ tenant, target: to, event, unit: 's', request: false, begin, end: begin + ms, value: ms / 1_000 });
      },
    });
  }
  deeds.push({
    at: task.end,
    async run() {
      end();
      // A job's span ends when its promise is settled.
      if (task.job) await new Promise((resolve) => setImmediate(resolve));
      if (task.job) return;
      const { tenant, begin, end: over } = task;
      const target = `service://${plan.service}`;
      enter({
        tenant,
        target,
        event: 'http.server.request.duration',
        unit: 's',
        request: true,
        begin,
        end: over,
        value: (over - begin) / 1_000,
      });
    },
  });
  return deeds;
}

const last = plan.seals.at(-1)!;
const deeds = [
  ...plan.tasks.flatMap(deedsOf),
  ...plan.seals.map(
    (at): Deed => ({
      at,
      run: () => (at === last && !plan.killed ? attribution.shutdown() : attribution.forceFlush()),
    }),
  ),
];
// Of the same moment: in the order above.
deeds.sort((a, b) => a.at - b.at);
for (const { at, run } of deeds) {
  clock = at;
  await run();
}
process.send!({ books, exitTable: plan.killed ? '' : exitTable(attribution, last) }, () => process.exit());
