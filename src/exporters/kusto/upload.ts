import zlib from 'node:zlib';
import { PermanentError } from '../../core/errors.ts';

/** One blob or one request. */
export interface Upload {
  readonly bytes: readonly Buffer[];
  readonly rawBytes: number;
}

/**
 * A part in pieces of whole lines, in order: the header comes with the last.
 * @throws PermanentError when one line alone is larger than `maxBytes`
 */
export function spread(part: Buffer, maxBytes: number): Upload[] {
  const uploads: Upload[] = [];
  for (let from = 0; from < part.length; ) {
    const end = part.length - from <= maxBytes ? part.length : part.lastIndexOf(0x0a, from + maxBytes - 1) + 1;
    if (end <= from) {
      throw new PermanentError(
        `A row is larger than ${maxBytes} bytes, the most that one request may carry. Set mode: queued, then: otel-attribution spool requeue`,
      );
    }
    uploads.push({ bytes: [part.subarray(from, end)], rawBytes: end - from });
    from = end;
  }
  return uploads;
}

/** The one place that compresses. */
export function compress({ bytes }: Upload): Buffer {
  return zlib.gzipSync(bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes), { level: 1 });
}
