import type { Prelude } from '../kql/prelude.ts';
import { ceiling, coveredText, partialText } from '../kql/range-texts.ts';
import { roundSteps, STEPS_MAX } from './steps.ts';

const minutes = (ms: number): string => `${ms / 60_000}m`;
const roundStepCases = [
  ...roundSteps.map(
    (step) => `_wish <= ${minutes(step)} and bin(${minutes(step)}, _window) == ${minutes(step)}, ${minutes(step)}`,
  ),
  minutes(roundSteps.at(-1)!),
].join(',\n    ');

export const trendPrelude: Prelude = {
  parameters: [{ name: 'Step', type: 'timespan', default: 'timespan(null)' }],
  lets: `// As asked, else about thirty round steps; whole windows, and at most ${STEPS_MAX.toLocaleString('en-US')} of them.
let _wish = max_of((_to - _from) / 30, _window);
let _step = max_of(coalesce(Step, case(${roundStepCases})), _window, (_to - _from) / ${STEPS_MAX});
let _stepWidth = ${ceiling('_step', '_window')};
// Whole days begin with that of the range, smaller steps are aligned to 1970.
let _epoch = iff(bin(_stepWidth, 1d) == _stepWidth, bin(_from, 1d), datetime(1970-01-01));
let _starts = range Start from bin_at(_from, _stepWidth, _epoch) to _to - 1ms step _stepWidth
    | extend From = max_of(Start, _from), To = max_of(min_of(Start + _stepWidth, _end), Start);
let _covers = materialize(${coveredText('_starts', 'Start, ')}
    | extend IsPartial = toint(${partialText('Seconds', '_stepWidth / 1s')}));
// What is materialized has no order: each list needs its own.
let _edges = toscalar(_covers | order by Start asc | summarize make_list(tolong((From - datetime(1970-01-01)) / 1ms)));
let _stepSeconds = toscalar(_covers | order by Start asc | summarize make_list(Seconds));
let _stepPartial = toscalar(_covers | order by Start asc | summarize make_list(IsPartial));
`,
  grain: 'case(bin(_stepWidth, 1h) == _stepWidth, 1h, bin(_stepWidth, 5m) == _stepWidth, 5m, 0s)',
};
