import type { Prelude } from '../kql/prelude.ts';
import { edgesText, livesText, secondsText, snapped } from '../kql/range-texts.ts';

const then = snapped('_then', '_from');

export const comparePrelude: Prelude = {
  parameters: [
    { name: 'BaselineFrom', type: 'datetime', default: 'datetime(null)' },
    { name: 'BaselineTo', type: 'datetime', default: 'datetime(null)' },
  ],
  // Ranges grow to whole windows, by an hour at most at each end.
  wanted: 'min_of(From, coalesce(BaselineFrom, From - (To - From))) - 6h',
  lets: `// Without a baseline: as long, right before.
let _thenEnd = min_of(coalesce(BaselineTo, _from), _from);
let _thenBegin = min_of(max_of(coalesce(BaselineFrom, _from - (_to - _from)), coalesce(_first, _from)), _thenEnd);
${edgesText('_then')}let _thenFrom = ${then.from};
let _thenTo = ${then.to};
let _thenRowsGone = _thenKeptBegin > 0s;
${livesText('then')}let _thenSeconds = ${secondsText('_thenFrom', '_thenTo', '_thenCovered')};
`,
};
