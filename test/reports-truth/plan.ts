/** What the applications are going to do: two days of a small shop, drawn from a seed. */
import {
  CACHE,
  CHARGES,
  CHECKOUT,
  HEALTH,
  INVOICES,
  MAIL,
  PAYMENTS,
  PRODUCT,
  REPORT,
  type Run,
  SEARCH,
  SHOP_DB,
} from './books.ts';

/** Something asked of others, or mails sent: `seconds` long, or so many. */
export interface Step {
  readonly to: typeof SHOP_DB | typeof CACHE | typeof PAYMENTS | typeof MAIL;
  readonly tenant: string;
  readonly begin: number;
  readonly ms: number;
}

/** A request or a run of a job. */
export interface Task {
  readonly origin: string;
  readonly job: boolean;
  /** '' where it is for nobody, or for more than one. */
  readonly tenant: string;
  readonly begin: number;
  readonly end: number;
  readonly steps: readonly Step[];
}

export interface RunPlan extends Run {
  readonly tasks: readonly Task[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const at = (text: string): number => Date.parse(`2026-11-${text}Z`);

/** When the questions are asked: a minute has just begun. */
export const now = at('22T11:24:02.500');

export function shopPlan(): RunPlan[] {
  const random = numbers(7);
  const run = (name: string, service: string, begin: string, end: string, killed = false): RunPlan => {
    const from = at(begin);
    const to = at(end);
    return {
      name,
      service,
      begin: from,
      seals: sealsOf(random, from, to, killed),
      killed,
      tasks: tasksOf(random, service, from, to),
    };
  };
  return [
    run('midnight', 'storefront', '21T23:50:12', '22T00:12:00'),
    run('first', 'storefront', '22T09:10:37', '22T09:52:20'),
    run('pay', 'payments', '22T09:15:05', '22T10:05:30'),
    // A deploy; and this one is killed: nothing is heard of it for 40 minutes.
    run('second', 'storefront', '22T09:52:25', '22T10:20:40', true),
    run('third', 'storefront', '22T11:00:10', '22T11:24:01.400', true),
    run('worker', 'worker', '22T11:05:50', '22T11:24:01.900', true),
  ];
}

/** A process that ends after some seconds, in the middle of a minute. */
export function shortPlan(): RunPlan[] {
  const random = numbers(11);
  const [from, to] = [at('22T08:07:41.250'), at('22T08:07:48.750')];
  return [
    {
      name: 'short',
      service: 'storefront',
      begin: from,
      seals: [to],
      killed: false,
      tasks: tasksOf(random, 'storefront', from, to, 100),
    },
  ];
}

/** Shortly after each minute; at last when it ends, or as it was when it was killed or when we look. */
function sealsOf(random: Random, from: number, to: number, killed: boolean): number[] {
  const seals: number[] = [];
  for (let minute = Math.ceil(from / MINUTE) * MINUTE; minute < to; minute += MINUTE) {
    const seal = minute + 200 + random.below(1_000);
    if (seal < to) seals.push(seal);
  }
  return killed ? seals : [...seals, to];
}

function tasksOf(random: Random, service: string, from: number, to: number, everyMs = 2_000): Task[] {
  const tasks: Task[] = [];
  for (let begin = from + 50; begin < to; begin += 1 + random.below(2 * everyMs)) {
    const task = taskOf(random, service, begin);
    // What has not ended with its process is not done; where that is killed, the last of it is not known either.
    if (task.end < to) tasks.push(task);
  }
  return tasks;
}

function taskOf(random: Random, service: string, begin: number): Task {
  const tenant = random.of(['acme', 'acme', 'acme', 'globex', 'zeta & sons']);
  if (service === 'payments') return task(random, CHARGES, tenant, begin, [[SHOP_DB, 2]]);
  if (service === 'worker')
    return task(
      random,
      INVOICES,
      tenant,
      begin,
      [
        [SHOP_DB, 4],
        [MAIL, 1],
      ],
      40,
    );
  switch (random.below(10)) {
    case 0:
    case 1:
      return task(random, SEARCH, tenant, begin, [[SHOP_DB, 1 + (tenant === 'acme' ? 25 : 3)]]);
    case 2:
    case 3:
      return task(random, CHECKOUT, tenant, begin, [
        [SHOP_DB, 2],
        [PAYMENTS, 1],
      ]);
    case 4:
      return task(random, HEALTH, '', begin, [[SHOP_DB, 1]]);
    case 5: {
      const [one, other] = [
        task(random, REPORT, 'acme', begin, [[SHOP_DB, 3]]),
        task(random, REPORT, 'globex', begin, [[SHOP_DB, 2]]),
      ];
      return { ...one, tenant: '', end: Math.max(one.end, other.end), steps: [...one.steps, ...other.steps] };
    }
    default:
      return task(random, PRODUCT, tenant, begin, [
        [CACHE, 1],
        ...(random.below(3) === 0 ? ([[SHOP_DB, 1]] as const) : []),
      ]);
  }
}

type Calls = readonly (readonly [Step['to'], number])[];

function task(random: Random, origin: string, tenant: string, begin: number, calls: Calls, slow = 1): Task {
  const steps: Step[] = [];
  let end = begin + 1;
  for (const [to, n] of calls) {
    for (let i = 0; i < n; i++) {
      const ms =
        to === MAIL
          ? 1 + random.below(5)
          : 1 + random.below(40) * slow + (i === 0 && random.below(12) === 0 ? 20 * SECOND : 0);
      steps.push({ to, tenant, begin: end, ms });
      end += to === MAIL ? 1 : ms;
    }
  }
  return { origin, job: origin === INVOICES, tenant, begin, end: end + 1, steps };
}

interface Random {
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  of<T>(values: readonly T[]): T;
}

/** mulberry32: the same numbers in every run. */
function numbers(seed: number): Random {
  let state = seed;
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
  return { below, of: (values) => values[below(values.length)]! };
}
