import type { Prelude } from '../kql/prelude.ts';

export const loadPrelude: Prelude = {
  parameters: [{ name: 'Peak', type: 'bool', default: 'false' }],
  lets: `let _peak = Peak;
let _bucket = _window;
let _coveredTimes = toscalar(_rangeCovered
    | where End > _from and Begin < _end
    | mv-expand At = pack_array(max_of(Begin, _from), min_of(End, _end)) to typeof(datetime)
    | order by At asc
    | summarize make_list(tolong((At - datetime(1970-01-01)) / 1ms)));
let _byOrigin = By == 'origin';
`,
  grain: 'case(not(Peak), 1h, bin(_window, 1h) == _window, 1h, bin(_window, 5m) == _window, 5m, 0s)',
};
