import { limits } from './limits.ts';

/** Beyond 2^40 s (35,000 years) a duration is nonsense and its window shares would not be exact: it is not spread. */
const SPREAD_SECONDS_MAX = 2 ** 40;

/**
 * Index of the window that holds a time: floor(time / width). `timeMs` is milliseconds since the Unix epoch, fractions allowed;
 * `windowMs` is a whole number of seconds. Times before the epoch are in window 0.
 */
export function windowOf(timeMs: number, windowMs: number): number {
  return timeMs > 0 ? Math.floor(timeMs / windowMs) : 0;
}

/**
 * First window a duration of `seconds` that ends at `endMs` is spread over, at most `maxWindows` with the last. When it
 * equals `windowOf(endMs, windowMs)`, the common case, there is nothing to spread.
 */
export function firstWindowOf(
  endMs: number,
  seconds: number,
  windowMs: number,
  maxWindows: number = limits.spreadWindows,
): number {
  const last = windowOf(endMs, windowMs);
  if (!(seconds > 0 && seconds <= SPREAD_SECONDS_MAX)) return last;
  // Measured from the start of the last window: small numbers keep the fractions of a millisecond.
  const back = Math.ceil((seconds * 1000 - (endMs - last * windowMs)) / windowMs);
  return back <= 0 ? last : Math.max(0, last - back, last - maxWindows + 1);
}

/**
 * Spreads a duration over the windows it covered. `visit` gets each window and the seconds in it, oldest first, and whether
 * it is the end window: the one that gets count, samples, min and max. The shares add up to the duration exactly (as real
 * numbers, not only after rounding). What is older than the first window joins it; a negative duration is 0.
 */
export function spreadWindows(
  endMs: number,
  seconds: number,
  windowMs: number,
  maxWindows: number,
  visit: (window: number, share: number, end: boolean) => void,
): void {
  const last = windowOf(endMs, windowMs);
  const first = firstWindowOf(endMs, seconds, windowMs, maxWindows);
  if (first === last) {
    visit(last, Math.max(seconds, 0), true);
    return;
  }
  const windowSeconds = windowMs / 1000;
  const whole = (last - first - 1) * windowSeconds;
  const recent = Math.min(seconds, whole + Math.max(0, (endMs - last * windowMs) / 1000));
  // `oldest` may be rounded; `seconds - oldest` then is not (Sterbenz), nor is taking whole windows from it.
  const oldest = seconds - recent;
  visit(first, oldest, false);
  for (let window = first + 1; window < last; window++) visit(window, windowSeconds, false);
  visit(last, seconds - oldest - whole, true);
}
