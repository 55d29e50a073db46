/**
 * The way over a blob and the service's queue, with Microsoft's ingestion client. It knows the service's resources and writes the message;
 * the two transfers are made here, with the same storage clients: the SDK's own have no deadline, hide why they failed, and hang for ever
 * on a container that does not answer.
 */

import { AmbiguousError } from '../../core/errors.ts';
import type { KustoNames } from '../../kusto/names.ts';
import type { Connection } from './connect.ts';
import { within } from './deadline.ts';
import type { Stage } from './facts.ts';
import { DeadlineError } from './failure.ts';
import { FORMAT, failed, type Intake } from './intake.ts';
import { loadIngest, loadStorage } from './peer.ts';

/** Far below the service's gigabyte: an upload takes twice as much of this process's memory. The service gathers blobs by itself. */
const BLOB_BYTES_MAX = 16 * 1024 * 1024;
/** Containers, and queues, that are tried in one call. */
const TRIES = 3;

interface Resource {
  readonly uri: string;
}

/** What is used of the SDK's insides; where a release has changed them, its own behaviour remains. */
interface Insides {
  sendQueueMessage?(tries: number, message: { readonly Id: string }): Promise<unknown>;
  readonly resourceManager: {
    readonly kustoClient?: { execute(database: string, text: string, properties?: unknown): Promise<unknown> };
    getContainers(): Promise<readonly Resource[] | null>;
    getAuthorizationContext(): Promise<unknown>;
    getIngestionQueues(): Promise<readonly Resource[] | null>;
    reportResourceUsageResult(account: string, success: boolean): void;
  };
}

interface Way {
  readonly signal: AbortSignal;
  readonly deadline: number;
  stage: Stage;
}

export async function queuedIntake(
  connection: Connection,
  names: KustoNames,
  places: readonly string[],
  timeoutMs: number,
): Promise<Intake> {
  const [sdk, storage] = await Promise.all([loadIngest(places), loadStorage(places)]);
  const client = new sdk.IngestClient(connection.builder());
  const inside = client as unknown as Insides;
  const manager = inside.resourceManager;
  const why = watchCommands(manager, connection, timeoutMs);
  /** By source id. */
  const ways = new Map<string, Way>();
  const once = { retryOptions: { maxTries: 1 } };

  inside.sendQueueMessage = async (tries, message) => {
    const way = ways.get(message.Id)!;
    const queues = await manager.getIngestionQueues();
    const text = Buffer.from(JSON.stringify(message)).toString('base64');
    await oneOf(queues ?? [], Math.min(tries, TRIES), way, 'queue', async ({ uri }, abortSignal) => {
      const queue = new storage.QueueClient(uri, undefined, once);
      await reported(queue.accountName, () => queue.sendMessage(text, { abortSignal }));
    });
  };

  async function reported(account: string, transfer: () => Promise<unknown>): Promise<void> {
    let success = false;
    try {
      await transfer();
      success = true;
    } finally {
      manager.reportResourceUsageResult(account, success);
    }
  }

  async function upload(name: string, gzip: Buffer, way: Way): Promise<string> {
    const containers = await manager.getContainers();
    way.stage = 'upload';
    return oneOf(containers ?? [], TRIES, way, 'container', async ({ uri }, abortSignal) => {
      const container = new storage.ContainerClient(uri, undefined, once);
      const blob = container.getBlockBlobClient(name);
      await reported(container.accountName, () => blob.uploadData(gzip, { abortSignal }));
      return blob.url;
    });
  }

  /** New ones for each blob: the SDK writes into them, and what one blob got there would travel with the next. */
  const properties = () => ({
    database: connection.database,
    table: names.raw,
    format: FORMAT as never,
    ingestionMappingReference: names.mapping,
    ingestionMappingKind: sdk.IngestionMappingKind.JSON,
    reportLevel: sdk.ReportLevel.FailuresOnly,
    // Reports in a table make the SDK loop for ever where the table keeps answering.
    reportMethod: sdk.ReportMethod.Queue,
    additionalProperties: {},
  });

  return {
    maxBytes: BLOB_BYTES_MAX,
    outcome: 'handed',
    async send({ gzip, rawBytes, sourceId }, signal, deadline) {
      const way: Way = { signal, deadline, stage: 'resources' };
      ways.set(sourceId, way);
      try {
        await within(deadline - performance.now(), signal, async () => {
          const url = await upload(`${names.raw}__${sourceId}.${FORMAT}.gz`, gzip, way);
          way.stage = 'resources';
          await manager.getAuthorizationContext();
          // After the deadline nobody counts on this blob any more: it must not be ingested behind our back.
          if (performance.now() > deadline || signal.aborted) throw new DeadlineError(timeoutMs);
          way.stage = 'enqueue';
          await client.ingestFromBlob(new sdk.BlobDescriptor(url, rawBytes, sourceId), properties());
        });
      } catch (error) {
        // Cancelled or late while the message was on its way: it may have been taken.
        if (way.stage === 'enqueue' && signal.aborted)
          throw new AmbiguousError('Kusto: cancelled while the message was on its way to the queue.');
        // The SDK's error does not say why, and quotes its stack.
        const cause = /^Failed to fetch/.test((error as Error).message) ? (why() ?? error) : error;
        throw failed(cause, way.stage, connection, names);
      } finally {
        ways.delete(sourceId);
      }
    },
    close: () => client.close(),
  };
}

/** Tries one after the other, each with its share of the time that is left. */
async function oneOf<T>(
  all: readonly Resource[],
  tries: number,
  { signal, deadline }: Way,
  kind: string,
  transfer: (resource: Resource, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const some = all.slice(0, tries);
  let cause: unknown = new Error(`the service names no ${kind} to send to`);
  for (const [i, resource] of some.entries()) {
    const shareMs = Math.max(1, Math.floor((deadline - performance.now()) / (some.length - i)));
    try {
      return await transfer(resource, AbortSignal.any([signal, AbortSignal.timeout(shareMs)]));
    } catch (error) {
      cause = (error as Error).name === 'AbortError' ? new DeadlineError(shareMs) : error;
      if (signal.aborted) break;
    }
  }
  throw cause;
}

/**
 * The SDK asks for the service's resources and for an identity token: not more than once at a time, with a deadline, and without its own
 * pauses when it is throttled, as the pipeline has longer ones. Returns a function that tells why the last of these commands failed.
 */
function watchCommands(manager: Insides['resourceManager'], connection: Connection, timeoutMs: number): () => unknown {
  const engine = manager.kustoClient;
  let why: unknown;
  if (engine?.execute === undefined) return () => why;
  const execute = engine.execute.bind(engine);
  const pending = new Map<string, Promise<unknown>>();
  engine.execute = (database, text) => {
    let asked = pending.get(text);
    if (asked === undefined) {
      const properties = new connection.data.ClientRequestProperties();
      properties.setClientTimeout(timeoutMs);
      asked = within(timeoutMs, undefined, () => execute(database, text, properties))
        .then(
          (answer) => {
            why = undefined;
            return answer;
          },
          (error: unknown) => {
            why = error;
            // Not the SDK's error for throttling, on which it would sleep.
            throw new Error('the command failed', { cause: error });
          },
        )
        .finally(() => pending.delete(text));
      pending.set(text, asked);
    }
    return asked;
  };
  return () => why;
}
