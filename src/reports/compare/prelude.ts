import { boundsText } from '../kql/bounds-text.ts';
import type { Prelude } from '../kql/prelude.ts';
import { secondsText, snapped } from '../kql/range-texts.ts';

const then = snapped('_then', '_before');

export const comparePrelude: Prelude = {
  parameters: [
    { name: 'BaselineFrom', type: 'datetime', default: 'datetime(null)' },
    { name: 'BaselineTo', type: 'datetime', default: 'datetime(null)' },
  ],
  lets: `// Without a baseline: as long, right before.
let _before = min_of(_from, bin(_rangeAsked, _rangeWidth));
let _thenEnd = min_of(coalesce(BaselineTo, _before), _before);
let _thenAsked = min_of(coalesce(BaselineFrom, _before - (_to - _before)), _thenEnd);
${boundsText('_then')}let _thenFrom = ${then.from};
let _thenTo = ${then.to};
let _thenSeconds = ${secondsText('_thenFrom', '_thenTo', '_thenCovered')};
`,
};
