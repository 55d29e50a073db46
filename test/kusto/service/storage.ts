/**
 * The containers and queues of one fake, in an Azurite that it may share with others. The storage clients come with azure-kusto-ingest.
 */
import { randomBytes } from 'node:crypto';
import { StorageSharedKeyCredential as BlobKey, ContainerClient, ContainerSASPermissions } from '@azure/storage-blob';
import { QueueClient, StorageSharedKeyCredential as QueueKey, QueueSASPermissions } from '@azure/storage-queue';
import type { Azurite } from './azurite.ts';

/** Azurite runs on the real clock, whatever clock the service has. */
const SAS_LIFETIME_MS = 24 * 3_600_000;
const MESSAGES_AT_ONCE = 32;

export interface StoredMessage {
  readonly id: string;
  readonly text: string;
}

export class Storage {
  readonly containers: readonly ContainerClient[];
  readonly queues: readonly QueueClient[];
  readonly failedQueue: QueueClient;
  readonly successQueue: QueueClient;
  /** In seconds since the Unix epoch; each answer's keys end a second later than those before, which tells them apart. */
  #lastEnd = 0;
  #expiredUntil = 0;

  private constructor(containers: ContainerClient[], queues: QueueClient[], failed: QueueClient, success: QueueClient) {
    this.containers = containers;
    this.queues = queues;
    this.failedQueue = failed;
    this.successQueue = success;
  }

  /** Containers and queues are spread over the accounts: container i is in account i modulo their number. */
  static async create(azurite: Azurite, containers: number, queues: number): Promise<Storage> {
    const id = randomBytes(6).toString('hex');
    const account = (i: number) => azurite.accounts[i % azurite.accounts.length]!;
    const container = (i: number) => {
      const { name, key } = account(i);
      return new ContainerClient(`${azurite.blobUrl}/${name}/temp-${id}-${i}`, new BlobKey(name, key));
    };
    const queue = (i: number, purpose: string) => {
      const { name, key } = account(i);
      return new QueueClient(`${azurite.queueUrl}/${name}/${purpose}-${id}-${i}`, new QueueKey(name, key));
    };
    const storage = new Storage(
      Array.from({ length: containers }, (_, i) => container(i)),
      Array.from({ length: queues }, (_, i) => queue(i, 'ready')),
      queue(0, 'failed'),
      queue(0, 'success'),
    );
    await Promise.all([...storage.containers, ...storage.#allQueues].map((each) => each.create()));
    return storage;
  }

  get #allQueues(): QueueClient[] {
    return [...this.queues, this.failedQueue, this.successQueue];
  }

  /** `.get ingestion resources`: addresses with a signature, through the service's own port. */
  async resources(origin: string): Promise<[type: string, url: string][]> {
    this.#lastEnd = Math.max(this.#lastEnd + 1, Math.floor((Date.now() + SAS_LIFETIME_MS) / 1_000));
    const expiresOn = new Date(this.#lastEnd * 1_000);
    const blobPermissions = ContainerSASPermissions.parse('rwdl');
    const queuePermissions = QueueSASPermissions.parse('raup');
    const here = (url: string) => origin + url.slice(new URL(url).origin.length);
    const queue = async (type: string, client: QueueClient): Promise<[string, string]> => [
      type,
      here(await client.generateSasUrl({ permissions: queuePermissions, expiresOn })),
    ];
    const containers = this.containers.map(
      async (client): Promise<[string, string]> => [
        'TempStorage',
        here(await client.generateSasUrl({ permissions: blobPermissions, expiresOn })),
      ],
    );
    return Promise.all([
      ...containers,
      ...this.queues.map((client) => queue('SecuredReadyForAggregationQueue', client)),
      queue('FailedIngestionsQueue', this.failedQueue),
      queue('SuccessfulIngestionsQueue', this.successQueue),
    ]);
  }

  /** The keys given so far are refused from now on. */
  expireKeys(): void {
    this.#expiredUntil = this.#lastEnd;
  }

  /** @param end `se` of a signature */
  isExpired(end: string | null): boolean {
    return end !== null && Date.parse(end) <= this.#expiredUntil * 1_000;
  }

  /** Which container or queue a path is in: `/account/name/…`. */
  targetOf(path: string): { kind: 'blob' | 'queue'; index: number } | undefined {
    const name = path.split('/')[2]?.split('?')[0];
    const container = this.containers.findIndex(({ containerName }) => containerName === name);
    if (container !== -1) return { kind: 'blob', index: container };
    const queue = this.#allQueues.findIndex((client) => client.name === name);
    return queue === -1 ? undefined : { kind: 'queue', index: queue };
  }

  /** Takes everything off all queues. */
  async takeMessages(): Promise<StoredMessage[]> {
    const taken = await Promise.all(
      this.queues.map(async (queue) => {
        const messages: StoredMessage[] = [];
        for (;;) {
          const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: MESSAGES_AT_ONCE });
          for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
            messages.push({ id: messageId, text: messageText });
            await queue.deleteMessage(messageId, popReceipt);
          }
          if (receivedMessageItems.length < MESSAGES_AT_ONCE) return messages;
        }
      }),
    );
    return taken.flat();
  }

  /** The bytes of a blob in one of the containers; undefined where there is none. */
  async readBlob(url: string): Promise<Buffer | undefined> {
    const path = new URL(url).pathname;
    const target = this.targetOf(path);
    if (target?.kind !== 'blob') return undefined;
    const name = decodeURIComponent(path.split('/').slice(3).join('/'));
    const blob = this.containers[target.index]!.getBlobClient(name);
    return (await blob.exists()) ? blob.downloadToBuffer() : undefined;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.containers, ...this.#allQueues].map((each) => each.deleteIfExists()));
  }
}
