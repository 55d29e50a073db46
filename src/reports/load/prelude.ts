import type { Prelude } from '../kql/prelude.ts';

export const loadPrelude: Prelude = {
  parameters: [{ name: 'Peak', type: 'bool', default: 'false' }],
  lets: `let _peak = Peak;
let _bucket = _window;
let _coveredTimes = toscalar(_covered
    | project Times = pack_array(tolong((max_of(Begin, _from) - datetime(1970-01-01)) / 1ms), tolong((min_of(End, _end) - datetime(1970-01-01)) / 1ms))
    | mv-expand Time = Times to typeof(long)
    | summarize make_list(Time));
let _byOrigin = By == 'origin';
`,
  grain: 'case(not(Peak), 1h, bin(_window, 1h) == _window, 1h, bin(_window, 5m) == _window, 5m, 0s)',
};
