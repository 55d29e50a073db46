import { type Block, blocksOf, clip, linesOf } from './blocks.ts';
import { type By, keyOf, sumsBy } from './cells.ts';
import { type Fact, type Span, secondsOf, WINDOW } from './facts.ts';
import { requestsOf } from './filter.ts';
import type { Expect } from './question.ts';

export const load: Expect = ({ question, facts, chosen, answered }) => {
  const { by, limit, where, peak } = question;
  const whole = answered.minutes;
  return blocksOf(chosen, whole, by)
    .flatMap((all) => {
      const span = peak === true ? heaviest(chosen, all, by, whole) : whole;
      const block = blocksOf(chosen, span, by).find(
        ({ target, event, unit }) => target === all.target && event === all.event && unit === all.unit,
      )!;
      const seconds = peak === true ? secondsOf(clip(answered), span) : answered.seconds;
      const requests = requestsOf(facts, span, where);
      // Of customers that are known nowhere else in the range.
      const known = requestsOf(facts, whole, where);
      return linesOf(block, limit).map(({ kind, service, key, value, calls, max }) => {
        const asked =
          kind === 'key' && by === 'origin' && known(service, key) !== undefined ? requests(service, key) : undefined;
        return {
          target: block.target,
          event: block.event,
          unit: block.unit,
          kind,
          keyService: service,
          key,
          share: block.total.value === 0 ? null : value / block.total.value,
          value,
          perSecond: value / seconds,
          calls,
          callsPerSecond: calls / seconds,
          callsPerRequest: asked === undefined ? null : calls / asked,
          mean: calls > 0 ? value / calls : null,
          max,
          peakAt: peak === true ? span.from : null,
          [ORDER]: block.total.value,
        };
      });
    })
    .sort((a, b) => b[ORDER] - a[ORDER]);
};

/** Blocks are in the order of what is shown of them. */
const ORDER = Symbol('order');

function heaviest(facts: readonly Fact[], { target, event, unit }: Block, by: By, { from, to }: Span): Span {
  let best: Span | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let minute = from; minute < to; minute += WINDOW) {
    const span = { from: minute, to: minute + WINDOW };
    let value: number | undefined;
    for (const sum of sumsBy(facts, span, keyOf(by)).values()) {
      if (sum.key[0] === target && sum.key[1] === event && sum.key[2] === unit) value = (value ?? 0) + sum.value;
    }
    if (value !== undefined && value > most) [best, most] = [span, value];
  }
  return best!;
}
