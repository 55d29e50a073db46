/** The one place that writes to OpenTelemetry's diagnostic log. Repeated messages are thinned to one a minute. */
import { diag } from '@opentelemetry/api';
import type { Logger } from '../core/logger.ts';

const REPEAT_MS = 60_000;
const REMEMBERED = 200;

export function diagLogger(now: () => number = Date.now): Logger {
  const component = diag.createComponentLogger({ namespace: 'otel-attribution' });
  const last = new Map<string, { at: number; dropped: number }>();
  const thinned = (write: (message: string) => void) => (message: string) => {
    const time = now();
    const seen = last.get(message);
    if (seen !== undefined && time - seen.at < REPEAT_MS) {
      seen.dropped++;
      return;
    }
    if (last.size >= REMEMBERED) last.clear();
    last.set(message, { at: time, dropped: 0 });
    write(seen === undefined || seen.dropped === 0 ? message : `${message} (${seen.dropped} similar dropped)`);
  };
  return {
    debug: (message) => component.debug(message),
    info: thinned((message) => component.info(message)),
    warn: thinned((message) => component.warn(message)),
    error: thinned((message) => component.error(message)),
  };
}
