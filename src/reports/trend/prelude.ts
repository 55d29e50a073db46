import type { Prelude } from '../kql/prelude.ts';
import { ceiling, secondsText } from '../kql/range-texts.ts';
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
let _starts = materialize(range Start from bin_at(_from, _stepWidth, _epoch) to _to - 1ms step _stepWidth
    | extend End = min_of(Start + _stepWidth, _from + _seconds * 1s), Start = max_of(Start, _from)
    | order by Start asc
    | extend Seconds = ${secondsText('Start', 'End')});
let _edges = toscalar(_starts | summarize make_list(tolong((Start - datetime(1970-01-01)) / 1ms)));
let _stepSeconds = toscalar(_starts | summarize make_list(Seconds));
`,
  grain: 'case(bin(_stepWidth, 1h) == _stepWidth, 1h, bin(_stepWidth, 5m) == _stepWidth, 5m, 0s)',
};
