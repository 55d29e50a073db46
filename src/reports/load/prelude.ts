import type { Prelude } from '../kql/prelude.ts';

export const loadPrelude: Prelude = {
  parameters: [{ name: 'Peak', type: 'bool', default: 'false' }],
  lets: `let _peak = Peak;
let _bucket = _window;
let _byOrigin = By == 'origin';
`,
  grain: 'case(not(Peak), 1h, bin(_window, 1h) == _window, 1h, bin(_window, 5m) == _window, 5m, 0s)',
};
