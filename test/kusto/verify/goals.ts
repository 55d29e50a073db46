import type { SectionName } from './section.ts';

export interface Goal {
  /** Name of the number in the section's part of the JSON object. */
  readonly number: string;
  readonly rule: '=' | '≥' | '≤';
  readonly value: number;
  /** In the short form, where it differs. */
  readonly brief?: number;
  /** A figure of time: on a busy machine it says something about the machine. */
  readonly time?: true;
}

export interface Missed {
  readonly text: string;
  readonly time: boolean;
}

/** What must hold, all of it in one place. */
export const goals: Readonly<Record<SectionName, readonly Goal[]>> = {
  parity: [
    { number: 'sets', rule: '≥', value: 200, brief: 12 },
    { number: 'differences', rule: '=', value: 0 },
    // Comparing empty answers proves nothing.
    { number: 'answeredShare', rule: '≥', value: 0.5 },
  ],
  evaluator: [
    { number: 'cases', rule: '≥', value: 80 },
    { number: 'unequal', rule: '=', value: 0 },
  ],
  analyser: [
    { number: 'texts', rule: '≥', value: 50 },
    { number: 'diagnostics', rule: '=', value: 0 },
  ],
  queries: [
    { number: 'reports', rule: '≥', value: 8 },
    { number: 'pages', rule: '≥', value: 7 },
    { number: 'unbounded', rule: '=', value: 0 },
  ],
  faults: [
    { number: 'runs', rule: '≥', value: 500, brief: 20 },
    { number: 'lost', rule: '=', value: 0 },
    { number: 'doubled', rule: '=', value: 0 },
    { number: 'waiting', rule: '=', value: 0 },
    { number: 'unexplained', rule: '=', value: 0 },
    { number: 'unseen', rule: '=', value: 0 },
    // A run in which nothing was refused or killed proves nothing about it.
    { number: 'refused', rule: '≥', value: 20, brief: 1 },
    { number: 'kills', rule: '≥', value: 100, brief: 3 },
  ],
  outage: [
    { number: 'minutes', rule: '≥', value: 60, brief: 10 },
    { number: 'rowsPerMinute', rule: '≥', value: 10_000, brief: 2_000 },
    { number: 'lost', rule: '=', value: 0 },
    { number: 'doubled', rule: '=', value: 0 },
    { number: 'heapGrowthMiB', rule: '≤', value: 16 },
    { number: 'left', rule: '=', value: 0 },
  ],
  speed: [{ number: 'longestDelayMs', rule: '≤', value: 10, time: true }],
};

/** The goals of a section that its numbers miss; a number that is not there is missed, and no matter of time. */
export function missedGoals(
  name: SectionName,
  numbers: Readonly<Record<string, unknown>>,
  brief: boolean,
): readonly Missed[] {
  return goals[name].flatMap((goal) => {
    const found = numbers[goal.number];
    const wanted = brief ? (goal.brief ?? goal.value) : goal.value;
    const there = typeof found === 'number';
    if (there && holds(found, goal.rule, wanted)) return [];
    const text = `${goal.number} is ${JSON.stringify(found) ?? 'missing'}, wanted ${goal.rule} ${wanted}`;
    return [{ text, time: there && goal.time === true }];
  });
}

function holds(found: number, rule: Goal['rule'], wanted: number): boolean {
  if (rule === '=') return found === wanted;
  return rule === '≥' ? found >= wanted : found <= wanted;
}
