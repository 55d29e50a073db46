import { limits } from './limits.ts';

/** Beyond 2^40 s (35,000 years) a duration is nonsense and its window shares would not be exact: it is not spread. */
const SPREAD_SECONDS_MAX = 2 ** 40;

/**
 * Index of the window that holds a time: floor(time / width). `timeMs` is milliseconds since the Unix epoch, fractions allowed;
 * `windowSeconds` is a whole number. Times before the epoch are in window 0.
 */
export function windowOf(timeMs: number, windowSeconds: number): number {
  return timeMs > 0 ? Math.floor(timeMs / (windowSeconds * 1000)) : 0;
}

/**
 * First window a duration of `seconds` that ends at `endMs` is spread over, at most `maxWindows` with the last. When it
 * equals `windowOf(endMs, windowSeconds)`, the common case, there is nothing to spread.
 */
export function firstWindowOf(
  endMs: number,
  seconds: number,
  windowSeconds: number,
  maxWindows: number = limits.spreadWindows,
): number {
  const last = windowOf(endMs, windowSeconds);
  if (!(seconds > 0 && seconds <= SPREAD_SECONDS_MAX)) return last;
  const width = windowSeconds * 1000;
  // Measured from the start of the last window: small numbers keep the fractions of a millisecond.
  const back = Math.ceil((seconds * 1000 - (endMs - last * width)) / width);
  return back <= 0 ? last : Math.max(0, last - back, last - maxWindows + 1);
}

/**
 * Spreads a duration over the windows it covered. `visit` gets each window and the seconds in it, oldest first, and whether
 * it is the end window: the one that gets count, samples, min and max. The shares add up to the duration exactly (as real
 * numbers, not only after rounding). What is older than the first window joins it; a negative duration is 0.
 */
export function spread(
  endMs: number,
  seconds: number,
  windowSeconds: number,
  visit: (window: number, share: number, end: boolean) => void,
  maxWindows: number = limits.spreadWindows,
): void {
  const last = windowOf(endMs, windowSeconds);
  const first = firstWindowOf(endMs, seconds, windowSeconds, maxWindows);
  if (first === last) {
    visit(last, Math.max(seconds, 0), true);
    return;
  }
  const whole = (last - first - 1) * windowSeconds;
  const recent = Math.min(seconds, whole + Math.max(0, (endMs - last * windowSeconds * 1000) / 1000));
  // `oldest` may be rounded; `seconds - oldest` then is not (Sterbenz), nor is taking whole windows from it.
  const oldest = seconds - recent;
  visit(first, oldest, false);
  for (let window = first + 1; window < last; window++) visit(window, windowSeconds, false);
  visit(last, seconds - oldest - whole, true);
}
