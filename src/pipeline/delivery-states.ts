/**
 * The delivery of a part to one exporter, as a table: what may happen to it in each state, where it goes then, and what is done about it.
 * Data only: `delivery-machine.ts` asks the table, `delivery-effects.ts` does what it says, `deliveries.ts` keeps the lists.
 *
 *     arriving   taken by the queue, not yet stored
 *     waiting    in the line
 *     flying     a call is under way
 *     handed     accepted for later, or perhaps arrived: the destination is asked
 *     gone       delivered, set aside, dropped, or left in the queue for later or for another process; the outlet forgets it
 *
 * Whether a part is on disk is the queue's to know (`QueuedPart.durable`) and part of each state; an effect may change it, a cell does not.
 */
export const PHASES = ['arriving', 'waiting', 'flying', 'handed', 'gone'] as const;
export type Phase = (typeof PHASES)[number];

export type State = `${Exclude<Phase, 'gone'>} ${'in memory' | 'on disk'}` | 'gone';

export const EVENTS = [
  // The queue speaks of a new part: stored; the disk refuses it; its cap is reached.
  'stored',
  'unstorable',
  'full',
  // Another process has the part; or this one has no room for more, and finds it again later.
  'taken',
  'crowded',
  // Found in the queue in the state that an earlier process left it in.
  'found waiting',
  'found sent',
  'found handed',
  // A call begins; its answers and errors. `full` may be one as well: exporters have caps.
  'picked',
  'delivered',
  'handed over',
  'retryable',
  'ambiguous',
  'permanent',
  'corrupt',
  'newer version',
  // It failed often enough while others got through; it was first sent too long ago to be repeated unasked.
  'exhausted',
  'expired',
  // What the destination says of a handed part, or keeps silent about for too long.
  'arrived',
  'missing',
  'hindered',
  'refused',
  'unspoken',
  // Delivery stops.
  'close',
  // Told to parts in memory only. The disk is tried again; the process ends in this turn, in which the part could not be stored.
  'retry write',
  'exit',
  'unsaved',
] as const;
export type EventType = (typeof EVENTS)[number];

export type Effect =
  | 'count exported'
  | 'remove'
  | 'set aside'
  | 'drop'
  // Counts a retry and lets the destination rest.
  | 'pause'
  | 'mark handed'
  // No attempt has arrived: the next one is a first one.
  | 'mark waiting'
  // The same, of a part that was accepted for later: once more it did not arrive.
  | 'mark missing'
  | 'store'
  | 'count unstorable'
  // Stays in the queue, and is not taken up again by this process.
  | 'shun'
  | 'note owner'
  // In this very turn; each may end in an event of its own: full, unsaved, delivered.
  | 'store now'
  | 'send now'
  | 'set aside now';

/** What a decision may depend on besides the state. */
export interface DeliveryFacts {
  /** The queue keeps parts beyond the process. */
  readonly keeps: boolean;
  /** Sending again changes nothing at the destination. */
  readonly idempotent: boolean;
  /** The destination can be asked. */
  readonly confirms: boolean;
  /** The exporter can send in the last turn of a process. */
  readonly sendsSync: boolean;
  /** No attempt before this one may have arrived. */
  readonly first: boolean;
  readonly closing: boolean;
}

export interface Transition {
  readonly to: Phase;
  readonly effects: readonly Effect[];
}

/** The first branch of a cell whose facts hold is taken. */
export type Branch = Transition & { readonly when: Partial<DeliveryFacts> };
/** `never`: cannot happen. */
export type Cell = 'never' | readonly Branch[];

const when = (facts: Partial<DeliveryFacts>, to: Phase, ...effects: Effect[]): Branch => ({ when: facts, to, effects });
const to = (phase: Phase, ...effects: Effect[]): Branch => when({}, phase, ...effects);
const never = <E extends EventType>(...events: E[]): Record<E, 'never'> =>
  Object.fromEntries(events.map((event) => [event, 'never'])) as Record<E, 'never'>;

const notNew = never('stored', 'unstorable', 'crowded', 'found waiting', 'found sent', 'found handed');
const noCall = never('delivered', 'handed over', 'retryable', 'ambiguous', 'permanent', 'corrupt', 'newer version');
const noFlight = { ...noCall, ...never('exhausted', 'expired') };
/** It is stored. */
const noMemory = never('retry write', 'exit', 'unsaved');
const noQuestion = never('arrived', 'missing', 'hindered', 'refused', 'unspoken');

/** A part in memory only that could not be stored in the last turn. */
const lastTurn = { full: [to('gone', 'drop')], unsaved: [to('gone', 'set aside now')] };
/** The end of delivery for a part in memory only. */
const closeInMemory = [when({ keeps: true }, 'gone', 'store now'), to('gone', 'set aside now')];

/** An arrival. What is in memory only is removed as well: it may be being written. */
const arrived = to('gone', 'count exported', 'remove');

/** Known not to have arrived. */
const retry = [when({ first: true }, 'waiting', 'mark waiting', 'pause'), to('waiting', 'pause')];

/** How a call ends. */
const landed = {
  delivered: [arrived],
  'handed over': [when({ confirms: true }, 'handed', 'mark handed'), arrived],
  retryable: retry,
  permanent: [to('gone', 'set aside')],
  corrupt: [to('gone', 'set aside')],
  exhausted: [to('gone', 'set aside')],
  expired: [when({ confirms: true }, 'handed'), to('gone', 'set aside')],
};

/** What the destination says of a part. */
const answered = {
  arrived: [arrived],
  missing: [to('waiting', 'mark missing')],
  hindered: [to('waiting', 'mark waiting')],
  refused: [to('gone', 'set aside')],
  unspoken: [to('gone', 'set aside')],
};

export const DELIVERY: Readonly<Record<State, Readonly<Record<EventType, Cell>>>> = {
  'arriving in memory': {
    ...never('found waiting', 'found sent', 'found handed', 'picked', 'taken', 'crowded', 'close'),
    ...noFlight,
    ...noQuestion,
    ...lastTurn,
    // A queue in memory stores nothing: there the part may be sent at once.
    stored: [to('waiting')],
    unstorable: [to('waiting', 'count unstorable')],
    // Its write is under way.
    'retry write': [to('arriving')],
    exit: [to('arriving', 'store now')],
  },
  'arriving on disk': {
    ...never('picked', 'close'),
    ...noMemory,
    ...noFlight,
    ...noQuestion,
    stored: [to('waiting')],
    // Its write failed after `exit` had stored it.
    unstorable: [to('waiting')],
    full: [to('waiting')],
    taken: [to('gone', 'note owner')],
    crowded: [to('gone')],
    'found waiting': [to('waiting')],
    'found sent': [when({ idempotent: true }, 'waiting'), when({ confirms: true }, 'handed'), to('gone', 'set aside')],
    'found handed': [
      when({ confirms: true }, 'handed'),
      when({ idempotent: true }, 'waiting'),
      to('gone', 'set aside'),
    ],
  },
  'waiting in memory': {
    ...notNew,
    ...never('taken'),
    ...noFlight,
    ...noQuestion,
    ...lastTurn,
    picked: [to('flying')],
    'retry write': [to('waiting', 'store')],
    close: closeInMemory,
    exit: [
      when({ keeps: true }, 'waiting', 'store now'),
      when({ sendsSync: true }, 'gone', 'send now'),
      to('gone', 'set aside now'),
    ],
  },
  'waiting on disk': {
    ...notNew,
    ...never('full'),
    ...noMemory,
    ...noFlight,
    ...noQuestion,
    picked: [to('flying')],
    taken: [to('gone', 'note owner')],
    close: [to('gone')],
  },
  'flying in memory': {
    ...notNew,
    // Sealed by this process: of its own version, and nobody else's.
    ...never('picked', 'taken', 'newer version'),
    ...noQuestion,
    ...lastTurn,
    ...landed,
    ambiguous: [
      when({ idempotent: true }, 'waiting', 'pause'),
      when({ confirms: true }, 'handed'),
      to('gone', 'set aside'),
    ],
    // Soon delivered, or waiting again.
    'retry write': [to('flying')],
    close: closeInMemory,
    // The call has no future.
    exit: [
      when({ keeps: true }, 'flying', 'store now'),
      when({ sendsSync: true, idempotent: true }, 'gone', 'send now'),
      to('gone', 'set aside now'),
    ],
  },
  'flying on disk': {
    ...notNew,
    ...never('picked'),
    ...noMemory,
    ...noQuestion,
    ...landed,
    // The exporter has no room: the part keeps its own in the queue until there is some.
    full: retry,
    taken: [to('gone', 'note owner')],
    ambiguous: [
      when({ idempotent: true }, 'waiting', 'pause'),
      when({ confirms: true }, 'handed'),
      // Whether it arrived is for the next process to find out.
      when({ closing: true }, 'gone'),
      to('gone', 'set aside'),
    ],
    'newer version': [to('gone', 'shun')],
    close: [to('gone')],
  },
  'handed in memory': {
    ...notNew,
    ...never('picked', 'taken'),
    ...noFlight,
    ...lastTurn,
    ...answered,
    'retry write': [to('handed', 'store')],
    close: closeInMemory,
    exit: [when({ keeps: true }, 'handed', 'store now'), to('handed')],
  },
  'handed on disk': {
    ...notNew,
    ...never('picked', 'full'),
    ...noMemory,
    ...noFlight,
    ...answered,
    taken: [to('gone', 'note owner')],
    close: [to('gone')],
  },
  // What the last effects of a part on its way out may end in.
  gone: {
    ...never('stored', 'unstorable', 'crowded', 'found waiting', 'found sent', 'found handed', 'picked', 'taken'),
    ...never('handed over', 'retryable', 'ambiguous', 'permanent', 'corrupt', 'newer version', 'exhausted', 'expired'),
    ...noQuestion,
    ...never('retry write', 'close', 'exit'),
    ...lastTurn,
    delivered: [to('gone', 'count exported')],
  },
};

/** Undefined for what cannot happen. */
export function decide(state: State, event: EventType, facts: DeliveryFacts): Transition | undefined {
  const cell = DELIVERY[state][event];
  if (cell === 'never') return undefined;
  return cell.find((branch) =>
    (Object.keys(branch.when) as (keyof DeliveryFacts)[]).every((f) => branch.when[f] === facts[f]),
  );
}
