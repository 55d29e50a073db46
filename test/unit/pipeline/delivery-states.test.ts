/**
 * Every state against every event, whatever the exporter can do. What is expected is written down here once more, from the other side: a line
 * for each thing that can happen, `event [facts]: phase, effects`. A pair without a line cannot happen.
 */
import { describe, expect, test } from 'vitest';
import {
  DELIVERY,
  type DeliveryFacts,
  decide,
  EVENTS,
  type EventType,
  PHASES,
  type State,
} from '../../../src/pipeline/delivery-states.ts';

const EXPECTED: Record<State, string> = {
  'arriving in memory': `
    stored: waiting
    unstorable: waiting, count unstorable
    full: gone, drop
    retry write: arriving
    exit: arriving, store now
    unsaved: gone, set aside now`,
  'arriving on disk': `
    stored: waiting
    unstorable: waiting
    full: waiting
    taken: gone, note owner
    crowded: gone
    found waiting: waiting
    found sent [idempotent]: waiting
    found sent [confirms]: handed
    found sent: gone, set aside
    found handed [confirms]: handed
    found handed [idempotent]: waiting
    found handed: gone, set aside`,
  'waiting in memory': `
    picked: flying
    retry write: waiting, store
    close [keeps]: gone, store now
    close: gone, set aside now
    exit [keeps]: waiting, store now
    exit [sendsSync]: gone, send now
    exit: gone, set aside now
    full: gone, drop
    unsaved: gone, set aside now`,
  'waiting on disk': `
    picked: flying
    taken: gone, note owner
    close: gone`,
  'flying in memory': `
    delivered: gone, count exported, remove
    handed over [confirms]: handed, mark handed
    handed over: gone, count exported, remove
    retryable [first]: waiting, mark waiting, pause
    retryable: waiting, pause
    ambiguous [idempotent]: waiting, pause
    ambiguous [confirms]: handed
    ambiguous: gone, set aside
    permanent: gone, set aside
    corrupt: gone, set aside
    exhausted: gone, set aside
    expired [confirms]: handed
    expired: gone, set aside
    retry write: flying
    close [keeps]: gone, store now
    close: gone, set aside now
    exit [keeps]: flying, store now
    exit [sendsSync idempotent]: gone, send now
    exit: gone, set aside now
    full: gone, drop
    unsaved: gone, set aside now`,
  'flying on disk': `
    delivered: gone, count exported, remove
    handed over [confirms]: handed, mark handed
    handed over: gone, count exported, remove
    retryable [first]: waiting, mark waiting, pause
    retryable: waiting, pause
    ambiguous [idempotent]: waiting, pause
    ambiguous [confirms]: handed
    ambiguous [closing]: gone
    ambiguous: gone, set aside
    permanent: gone, set aside
    corrupt: gone, set aside
    newer version: gone, shun
    exhausted: gone, set aside
    expired [confirms]: handed
    expired: gone, set aside
    full [first]: waiting, mark waiting, pause
    full: waiting, pause
    taken: gone, note owner
    close: gone`,
  'handed in memory': `
    arrived: gone, count exported, remove
    missing: waiting, mark missing
    hindered: waiting, mark waiting
    refused: gone, set aside
    unspoken: gone, set aside
    retry write: handed, store
    close [keeps]: gone, store now
    close: gone, set aside now
    exit [keeps]: handed, store now
    exit: handed
    full: gone, drop
    unsaved: gone, set aside now`,
  'handed on disk': `
    arrived: gone, count exported, remove
    missing: waiting, mark missing
    hindered: waiting, mark waiting
    refused: gone, set aside
    unspoken: gone, set aside
    taken: gone, note owner
    close: gone`,
  gone: `
    delivered: gone, count exported
    full: gone, drop
    unsaved: gone, set aside now`,
};

interface Line {
  readonly event: string;
  readonly facts: readonly (keyof DeliveryFacts)[];
  readonly to: string;
  readonly effects: readonly string[];
}

function linesOf(state: State): Line[] {
  return EXPECTED[state]
    .trim()
    .split('\n')
    .map((line) => {
      const [, event, facts, to, effects] = /^\s*([^:[]+?)(?: \[(.+)\])?: (\w+)(?:, (.+))?$/.exec(line)!;
      return {
        event: event!,
        facts: (facts?.split(' ') ?? []) as (keyof DeliveryFacts)[],
        to: to!,
        effects: effects?.split(', ') ?? [],
      };
    });
}

const NAMES = ['keeps', 'idempotent', 'confirms', 'sendsSync', 'first', 'closing'] as const;
const ALL_FACTS = Array.from(
  { length: 2 ** NAMES.length },
  (_, bits) => Object.fromEntries(NAMES.map((name, i) => [name, (bits & (1 << i)) !== 0])) as unknown as DeliveryFacts,
);
const STATES = Object.keys(EXPECTED) as State[];

test('the table has every state and every event, and what is expected names no other', () => {
  const states = PHASES.flatMap((phase) => (phase === 'gone' ? [phase] : [`${phase} in memory`, `${phase} on disk`]));
  expect(Object.keys(DELIVERY).sort()).toEqual([...states].sort());
  expect([...STATES].sort()).toEqual([...states].sort());
  for (const state of STATES) {
    expect(Object.keys(DELIVERY[state]).sort(), state).toEqual([...EVENTS].sort());
    for (const { event } of linesOf(state)) expect(EVENTS, `${state}: ${event}`).toContain(event);
  }
});

describe.each(STATES)('%s', (state) => {
  const lines = linesOf(state);

  test.each(EVENTS)('%s', (event: EventType) => {
    const expected = lines.filter((line) => line.event === event);
    if (expected.length === 0) expect(DELIVERY[state][event]).toBe('never');
    for (const facts of ALL_FACTS) {
      const line = expected.find((one) => one.facts.every((fact) => facts[fact]));
      const { to, effects } = decide(state, event, facts) ?? {};
      expect({ to, effects }, JSON.stringify(facts)).toEqual({ to: line?.to, effects: line?.effects });
    }
  });
});

test('a part in memory that comes to its end leaves through an effect, never by being forgotten', () => {
  for (const state of STATES.filter((one) => one.endsWith('in memory'))) {
    for (const event of EVENTS) {
      for (const facts of ALL_FACTS) {
        const transition = decide(state, event, facts);
        if (transition?.to === 'gone') expect(transition.effects, `${state}: ${event}`).not.toEqual([]);
      }
    }
  }
});

test('where a repetition would count, what may have arrived is sent again only after the destination said it is missing', () => {
  for (const state of STATES) {
    for (const event of ['ambiguous', 'found sent', 'found handed', 'expired'] as const) {
      for (const facts of ALL_FACTS.filter(({ idempotent }) => !idempotent))
        expect(decide(state, event, facts)?.to, `${state}: ${event}`).not.toBe('waiting');
    }
  }
});
