import type { ExportOutcome } from '../../core/contracts/exporter.ts';
import { AmbiguousError, type AttributionError } from '../../core/errors.ts';
import type { KustoNames } from '../../kusto/names.ts';
import type { Connection } from './connect.ts';
import { clock, DeadlineError, within } from './deadline.ts';
import { factsOf, type Stage } from './facts.ts';
import { explain } from './failure.ts';

/** What is sent: compressed once, with the size before. */
export interface Payload {
  readonly gzip: Buffer;
  readonly rawBytes: number;
  /** A random UUID (version 4, as those of Microsoft's clients); the blob's name holds it, and the service reports failures under it. */
  readonly sourceId: string;
}

/** One way into the table. */
export interface Intake {
  /** Most bytes of one payload before compression. */
  readonly maxBytes: number;
  readonly outcome: ExportOutcome;
  /** Asks what `send` would ask the service before it sends. Rejects as `send` does. */
  ready(signal: AbortSignal, deadline: number): Promise<void>;
  /** Rejects with `RetryableError`, `PermanentError` or `AmbiguousError`, at `deadline` (`clock()`) at the latest. */
  send(payload: Payload, signal: AbortSignal, deadline: number): Promise<void>;
  close(): void;
}

/** The format of the lines; their objects may also follow each other without line breaks. */
export const FORMAT = 'multijson';

/** The service takes 4 MB in one request, counted before compression. */
const STREAMING_BYTES_MAX = 4 * 1024 * 1024;

/** Straight into the table: what is acknowledged is there. */
export function streamingIntake(connection: Connection, names: KustoNames): Intake {
  const { data, database } = connection;
  const client = new data.Client(connection.builder());
  return {
    maxBytes: STREAMING_BYTES_MAX,
    outcome: 'delivered',
    async ready() {},
    async send({ gzip, sourceId }, signal, deadline) {
      let sent = false;
      try {
        const leftMs = deadline - clock();
        await within(leftMs, signal, async (wanted) => {
          await connection.know(connection.cluster);
          // After the deadline nobody counts on these rows any more.
          if (!wanted()) throw new DeadlineError(leftMs);
          sent = true;
          await client.executeStreamingIngest(
            // The SDK writes names into the URL as they are.
            encodeURIComponent(database),
            names.raw,
            gzip,
            FORMAT,
            names.mapping,
            undefined,
            `otel-attribution;${sourceId}`,
          );
        });
      } catch (error) {
        if (!sent) throw failed(error, 'metadata', connection, names);
        if (signal.aborted) throw new AmbiguousError('Kusto: cancelled while the rows were on their way.');
        throw failed(error, 'stream', connection, names);
      }
    },
    close: () => client.close(),
  };
}

/** Every failure on the way in passes here. */
export function failed(error: unknown, stage: Stage, connection: Connection, names: KustoNames): AttributionError {
  if (factsOf(error).status === 401) connection.forgetToken();
  return explain(error, stage, { cluster: connection.cluster, database: connection.database, table: names.base });
}
