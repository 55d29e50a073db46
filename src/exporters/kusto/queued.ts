/**
 * The way over a blob and the service's queue. The service names containers and queues with their keys; both transfers and the message are
 * made here: see docs/decisions/0001-queued-ingestion.md.
 */

import { AmbiguousError } from '../../core/errors.ts';
import type { KustoNames } from '../../kusto/names.ts';
import { Accounts } from './accounts.ts';
import type { Connection } from './connect.ts';
import { clock, DeadlineError, within } from './deadline.ts';
import { factsOf, type Stage } from './facts.ts';
import { mayHaveArrived } from './failure.ts';
import { FORMAT, failed, type Intake, type Payload } from './intake.ts';
import { ingestionMessage } from './message.ts';
import { ingestionService, type Resources, type ResourcesOptions } from './resources.ts';
import { below, putBlob, putMessage } from './storage.ts';

/** Far below the service's gigabyte: an upload takes twice as much of this process's memory. The service gathers blobs by itself. */
const BLOB_BYTES_MAX = 16 * 1024 * 1024;
/** Containers, and queues, that are tried in one call. */
const TRIES = 3;
/** Answers to a key that is over, or from a container that is gone: the service has others by now. */
const OUTDATED = new Set([401, 403, 404, 409, 410]);

/** One payload on its way. */
interface Way {
  readonly signal: AbortSignal;
  readonly deadline: number;
  /** Whoever waits for it has not been told that it failed. */
  readonly wanted: () => boolean;
  stage: Stage;
}

/** @param notice told what a person should know although it went well */
export function queuedIntake(
  connection: Connection,
  names: KustoNames,
  options: ResourcesOptions,
  notice: (text: string) => void,
): Intake {
  const { http, database } = connection;
  const service = ingestionService(connection, options);
  const accounts = new Accounts();

  async function attempt({ gzip, rawBytes, sourceId }: Payload, way: Way, resources: Resources): Promise<void> {
    way.stage = 'resources';
    const authorizationContext = await service.identity.get(way.deadline, way.signal);
    const name = `${names.raw}__${sourceId}.${FORMAT}.gz`;
    way.stage = 'upload';
    const blobUrl = await oneOf(resources, 'containers', way, async (container, signal) => {
      const url = below(container, name);
      await putBlob(http, url, gzip, signal);
      return url;
    });
    // After the deadline nobody counts on this blob any more: it must not be ingested behind our back.
    if (!way.wanted()) throw new DeadlineError(options.timeoutMs);
    const message = ingestionMessage({
      sourceId,
      blobUrl,
      rawBytes,
      database,
      table: names.raw,
      mapping: names.mapping,
      authorizationContext,
      application: connection.application,
    });
    way.stage = 'enqueue';
    await oneOf(resources, 'queues', way, (queue, signal) => putMessage(http, queue, message, signal));
  }

  /** Tries one after the other, each with its share of the time that is left. */
  async function oneOf<T>(
    resources: Resources,
    kind: keyof Resources,
    way: Way,
    transfer: (url: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { signal, deadline } = way;
    const some = accounts.order(resources[kind]).slice(0, TRIES);
    let failure: unknown;
    for (const [i, url] of some.entries()) {
      const shareMs = Math.max(1, Math.floor((deadline - clock()) / (some.length - i)));
      try {
        const result = await transfer(url, AbortSignal.any([signal, AbortSignal.timeout(shareMs)]));
        accounts.report(url, true);
        return result;
      } catch (error) {
        accounts.report(url, false);
        if (isOutdated(error)) service.resources.doubt(resources);
        const cause = (error as Error).name === 'AbortError' ? new DeadlineError(shareMs) : error;
        // What one queue may have taken is not undone by what the next one says.
        if (failure === undefined || kind !== 'queues' || !mayHaveArrived(factsOf(failure))) failure = cause;
        if (!way.wanted()) break;
      }
    }
    throw failure;
  }

  /** Once more from the start where the service has newer containers, queues and keys than those that were refused. */
  async function sendBy(payload: Payload, way: Way): Promise<void> {
    let resources = await service.resources.get(way.deadline, way.signal);
    for (;;) {
      try {
        return await attempt(payload, way, resources);
      } catch (error) {
        // What the service itself refuses is about a role, not about a key.
        if (way.stage === 'resources' || !isOutdated(error) || !way.wanted()) throw error;
        // In doubt since it was refused: asks, if it may.
        const newer = await service.resources.get(way.deadline, way.signal);
        if (newer === resources) throw error;
        notice('Kusto: a key to the temporary storage was not accepted any more; new ones were fetched.');
        resources = newer;
      }
    }
  }

  return {
    maxBytes: BLOB_BYTES_MAX,
    outcome: 'handed',
    async ready(signal, deadline) {
      try {
        await Promise.all([service.resources.get(deadline, signal), service.identity.get(deadline, signal)]);
      } catch (error) {
        throw failed(error, 'resources', connection, names);
      }
    },
    async send(payload, signal, deadline) {
      let way: Way | undefined;
      try {
        await within(deadline - clock(), signal, (wanted) => {
          way = { signal, deadline, wanted, stage: 'resources' };
          return sendBy(payload, way);
        });
      } catch (error) {
        const stage = way?.stage ?? 'resources';
        // Cancelled or late while the message was on its way: it may have been taken.
        if (stage === 'enqueue' && signal.aborted)
          throw new AmbiguousError('Kusto: cancelled while the message was on its way to the queue.');
        throw failed(error, stage, connection, names);
      }
    },
    close: () => service.close(),
  };
}

function isOutdated(error: unknown): boolean {
  const { status, code } = factsOf(error);
  // An account that is gone has no address.
  return OUTDATED.has(status ?? 0) || code === 'ENOTFOUND';
}
