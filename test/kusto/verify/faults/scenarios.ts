/** What goes wrong in a run. Every kind draws its details from the run's own random numbers. */
import type {
  FakeKusto,
  FaultAction,
  FaultPlan,
  FaultRequest,
  FaultTarget,
  HandOverFault,
  Role,
} from '../../service/index.ts';
import { seenKinds } from './seen.ts';

/** In [0, 1). */
export type Random = () => number;

/** Something that somebody does to the service, or to the clock of the process. */
export interface Change {
  /** After the run began; 0: before the process does. */
  readonly afterMs: number;
  readonly what: (fake: FakeKusto) => void | Promise<void>;
}

export interface Scenario {
  readonly kind: string;
  readonly mode: 'queued' | 'streaming';
  readonly plan: FaultPlan;
  /** Steps after which each run of the process is killed; the one after the last lives on. */
  readonly lives: readonly number[];
  /** Hours that pass between one life and the next. */
  readonly pauseHours: number;
  /** The first so many tokens are refused as expired. */
  readonly expiredTokens: number;
  /** Some parts may end in quarantine: the service itself refuses them after the hand-over. */
  readonly refuses: boolean;
  /** What the service refuses for ever: the parts whose rows hold this, and nothing else, end in quarantine with such a reason. */
  readonly guilty?: { readonly holding: string; readonly reason: RegExp };
  /** Parts of each life, and the time from one to the next. Default: both at random. */
  readonly parts?: { readonly count: number; readonly gapMs: number };
  /** Of the application on the database. Default: everybody may do everything. */
  readonly roles?: readonly Role[];
  readonly changes?: readonly Change[];
  /** By so much the clock of the first run of the process is wrong. */
  readonly skewMs?: number;
  /** Runs on a service of its own: it changes what others have there. */
  readonly alone?: boolean;
  /** It takes long, and not every time. */
  readonly rare?: boolean;
  /** What a person sees of it, among the lines of the log and of `spool ls`. */
  readonly seen?: { readonly log?: RegExp; readonly spool: RegExp };
}

export const any = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
export const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

const ALL: readonly FaultTarget[] = ['metadata', 'resources', 'identity', 'query', 'streaming', 'blob', 'queue'];
const SENDING: readonly FaultTarget[] = ['resources', 'streaming', 'blob', 'queue'];

const hits = (request: FaultRequest, target: FaultTarget): boolean =>
  request.target === target || request.target.startsWith(`${target}:`);

/** `action` for the first `times` requests to `targets`, each with the chance `share`. */
function failing(
  random: Random,
  targets: readonly FaultTarget[],
  action: (request: FaultRequest) => FaultAction,
  { times = between(random, 1, 4), share = 1, when = 'before' as 'before' | 'after' } = {},
): FaultPlan {
  let left = times;
  return {
    request(request) {
      if (left === 0 || !targets.some((target) => hits(request, target)) || random() >= share) return undefined;
      left--;
      return { do: action(request), when };
    },
  };
}

function handOver(random: Random, action: HandOverFault['do'], most = 3): FaultPlan {
  let left = between(random, 1, most);
  return { handOver: () => (left-- > 0 ? action : undefined) };
}

const refusal = {
  refuse: { code: 'BadRequest_InvalidBlob', details: 'scripted: the blob is not valid', permanent: true },
};

export type Kind = (random: Random) => Partial<Omit<Scenario, 'kind'>>;

const kinds: Readonly<Record<string, Kind>> = {
  ...seenKinds,
  'nothing wrong': () => ({}),
  throttled: (r) => ({ plan: failing(r, SENDING, () => ({ status: 429 })) }),
  'throttled, Retry-After': (r) => ({ plan: failing(r, SENDING, () => ({ status: 429, retryAfter: 1 })) }),
  'server error': (r) => ({ plan: failing(r, ALL, () => ({ status: any(r, [500, 502, 503]) })) }),
  'forbidden for a while': (r) => ({ plan: failing(r, [...SENDING, 'query'], () => ({ status: 403 })) }),
  'expired token': (r) => ({ expiredTokens: between(r, 1, 4) }),
  'hanging connect': (r) => ({
    plan: failing(r, ['metadata', 'resources', 'identity'], () => 'hang', { times: between(r, 1, 2) }),
  }),
  'hanging upload': (r) => ({
    mode: 'queued',
    plan: failing(r, ['blob'], () => 'hang', { times: between(r, 1, 2), when: any(r, ['before', 'after']) }),
  }),
  'hanging queue': (r) => ({
    mode: 'queued',
    plan: failing(r, ['queue'], () => 'hang', { times: between(r, 1, 2), when: any(r, ['before', 'after']) }),
  }),
  'one container down': (r) => ({
    mode: 'queued',
    plan: failing(r, [`blob:${between(r, 0, 2)}`], () => any(r, ['reset', { status: 503 }]), { times: 50 }),
  }),
  'one queue down': (r) => ({
    mode: 'queued',
    plan: failing(r, [`queue:${between(r, 0, 1)}`], () => any(r, ['reset', { status: 503 }]), { times: 50 }),
  }),
  'half of the requests fail': (r) => ({
    plan: failing(r, SENDING, () => any(r, ['reset', { status: 500 }]), { times: 8, share: 0.5 }),
  }),
  'done, but the answer is lost': (r) => ({
    plan: failing(r, SENDING, () => any(r, ['reset', { status: 500 }]), { when: 'after' }),
  }),
  'refused after the hand-over': (r) => ({ mode: 'queued', refuses: true, plan: handOver(r, refusal, 8) }),
  'lost after the hand-over': (r) => ({ mode: 'queued', plan: handOver(r, 'lose') }),
  'ingested twice': (r) => ({ mode: 'queued', plan: handOver(r, 'twice') }),
  kill: (r) => ({ lives: Array.from({ length: between(r, 1, 3) }, () => between(r, 1, 60)) }),
  'kill while answers are lost': (r) => ({
    lives: [between(r, 10, 70)],
    plan: failing(r, SENDING, () => 'reset', { times: 6, share: 0.5, when: 'after' }),
  }),
  'kill, and back after the lookback': (r) => ({
    lives: [between(r, 15, 70)],
    pauseHours: between(r, 13, 40),
    plan: failing(r, SENDING, () => 'reset', { times: 4, share: 0.4, when: 'after' }),
  }),
  'everything at once': (r) => ({
    refuses: true,
    lives: r() < 0.3 ? [between(r, 5, 60)] : [],
    plan: {
      ...failing(
        r,
        ALL,
        () => any<FaultAction>(r, ['reset', { status: 429 }, { status: 500 }, { status: 403 }, { delayMs: 30 }]),
        {
          times: 12,
          share: 0.3,
          when: any(r, ['before', 'after']),
        },
      ),
      ...handOver(r, any<HandOverFault['do']>(r, [refusal, 'lose', 'twice'])),
    },
  }),
};

export const scenarioKinds: readonly string[] = Object.keys(kinds);

/** The kinds take turns, so that each is met in any number of runs. */
export function scenarioOf(run: number, random: Random): Scenario {
  const kind = scenarioKinds[run % scenarioKinds.length]!;
  return {
    kind,
    mode: random() < 0.3 ? 'streaming' : 'queued',
    plan: {},
    // Whatever else goes wrong, the process may be killed as well.
    lives: random() < 0.25 ? [between(random, 1, 70)] : [],
    pauseHours: 0,
    expiredTokens: 0,
    refuses: false,
    ...kinds[kind]!(random),
  };
}
