/**
 * What the service does with queued messages: takes them, waits until their batch is full of time, reads the blob, maps it, and adds all
 * of its rows or none. What it refuses is in `.show ingestion failures`.
 */
import { randomUUID } from 'node:crypto';
import type { FakeDatabase, FakeTable } from './database.ts';
import type { Faults, QueuedMessage } from './faults.ts';
import { expand, IngestionRefused, mapRecords, readRecords } from './json-mapping.ts';
import { mayNotIngest, type Principals } from './principals.ts';
import type { Storage } from './storage.ts';
import { parseTimespan } from './values.ts';

/** Where a table has no policy. */
const BATCHING_MS = 300_000;

interface Pending {
  readonly message: QueuedMessage | undefined;
  readonly arrivedAt: number;
  readonly flush: boolean;
}

export interface IngestSummary {
  readonly ingested: number;
  readonly refused: number;
  /** Neither: a tag said it is there already, or a fault made it vanish. */
  readonly skipped: number;
  /** Their batching time is not over. */
  readonly waiting: number;
}

export class IngestWorker {
  readonly #database: FakeDatabase;
  readonly #storage: Storage;
  readonly #faults: Faults;
  readonly #principals: () => Principals | undefined;
  readonly #arrivals = new Map<string, number>();
  #pending: Pending[] = [];

  constructor(database: FakeDatabase, storage: Storage, faults: Faults, principals: () => Principals | undefined) {
    this.#database = database;
    this.#storage = storage;
    this.#faults = faults;
    this.#principals = principals;
  }

  /** Messages that no `ingestPending` has brought to an end, as far as they were taken off the queues. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** On the service's clock: when `run` has something to do. */
  get dueAt(): number {
    // A message that nobody has read yet: for which table it is, and so how long that gathers, is not known.
    if (this.#arrivals.size > 0) return this.#database.now();
    return Math.min(Number.POSITIVE_INFINITY, ...this.#pending.map((pending) => this.#dueAt(pending)));
  }

  /** Told when a message is accepted: batching time begins then, on the service's clock. */
  arrived(messageId: string): void {
    this.#arrivals.set(messageId, this.#database.now());
  }

  async run(force: boolean): Promise<IngestSummary> {
    const announced = [...this.#arrivals.keys()];
    for (const { id, text } of await this.#storage.takeMessages()) {
      const arrivedAt = this.#arrivals.get(id) ?? this.#database.now();
      this.#arrivals.delete(id);
      this.#pending.push({ ...decode(text), arrivedAt });
    }
    // Taken off before their arrival was told.
    for (const id of announced) this.#arrivals.delete(id);
    const now = this.#database.now();
    const due = this.#pending.filter((pending) => force || now >= this.#dueAt(pending));
    this.#pending = this.#pending.filter((pending) => !due.includes(pending));
    const counts = { ingested: 0, refused: 0, skipped: 0 };
    for (const { message } of due) counts[await this.#take(message)] += 1;
    return { ...counts, waiting: this.#pending.length };
  }

  #dueAt({ message, arrivedAt, flush }: Pending): number {
    if (flush) return arrivedAt;
    const table = message === undefined ? undefined : this.#database.tables.get(message.table);
    const policy = (table?.policies.get('ingestionbatching') ?? this.#database.policies.get('ingestionbatching')) as
      | { MaximumBatchingTimeSpan?: string }
      | undefined;
    const span = parseTimespan(policy?.MaximumBatchingTimeSpan ?? '') ?? BATCHING_MS;
    return arrivedAt + span;
  }

  async #take(message: QueuedMessage | undefined): Promise<'ingested' | 'refused' | 'skipped'> {
    if (message === undefined)
      return this.#refuse(undefined, new IngestionRefused('BadRequest_CorruptedMessage', 'The message is corrupted.'));
    const fault = await this.#faults.forHandOver(message, () => this.#linesOf(message));
    if (fault === 'lose') return 'skipped';
    if (typeof fault === 'object') {
      const { code, details, permanent } = fault.refuse;
      return this.#refuse(message, new IngestionRefused(code, details, permanent));
    }
    try {
      const outcome = await this.#ingest(message);
      if (fault === 'twice') await this.#ingest(message);
      return outcome;
    } catch (error) {
      if (error instanceof IngestionRefused) return this.#refuse(message, error);
      throw error;
    }
  }

  /** What can be read of the blob; what cannot is for `#ingest` to refuse. */
  async #linesOf({ blobPath }: QueuedMessage): Promise<string> {
    const bytes = await this.#storage.readBlob(blobPath);
    try {
      return bytes === undefined ? '' : expand(bytes, new URL(blobPath).pathname).toString();
    } catch {
      return '';
    }
  }

  async #ingest(message: QueuedMessage): Promise<'ingested' | 'skipped'> {
    const table = this.#tableOf(message);
    const properties = message.additionalProperties;
    const token = String(properties.authorizationContext ?? '');
    const refusal = mayNotIngest(this.#principals(), token, this.#database.name);
    if (refusal !== undefined) throw new IngestionRefused('Forbidden', refusal);
    const tags = stringList(properties.tags);
    const unless = stringList(properties.ingestIfNotExists);
    const isThere = (tag: string) => table.extents.some((extent) => extent.tags.includes(`ingest-by:${tag}`));
    if (unless.some(isThere)) return 'skipped';
    const format = String(properties.format ?? 'csv');
    if (format !== 'json' && format !== 'multijson') {
      throw new IngestionRefused(
        'BadRequest_FormatNotSupported',
        `Format '${format}' is not supported by this service.`,
      );
    }
    const reference = properties.ingestionMappingReference;
    const mapping = reference === undefined ? undefined : table.mappings.get(String(reference));
    if (reference !== undefined && mapping === undefined) {
      const details = `Mapping reference '${reference}' of type 'mappingReference' in database '${this.#database.name}' could not be found.`;
      throw new IngestionRefused('BadRequest_MappingReferenceWasNotFound', details);
    }
    if (properties.ingestionMapping !== undefined) {
      throw new IngestionRefused('BadRequest_InvalidMapping', 'Inline mappings are not supported by this service.');
    }
    const bytes = await this.#storage.readBlob(message.blobPath);
    if (bytes === undefined)
      throw new IngestionRefused('Download_NotTransient', 'Failed to download the blob: it does not exist (404).');
    const records = readRecords(expand(bytes, new URL(message.blobPath).pathname), format);
    table.append({ rows: mapRecords(records, table, mapping), ingestedAt: this.#database.now(), tags });
    return 'ingested';
  }

  #tableOf({ database, table: name }: QueuedMessage): FakeTable {
    if (database !== this.#database.name || !this.#database.exists) {
      throw new IngestionRefused('BadRequest_DatabaseNotExist', `Database '${database}' does not exist.`);
    }
    const table = this.#database.tables.get(name);
    if (table === undefined) {
      throw new IngestionRefused(
        'BadRequest_TableNotExist',
        `Table '${name}' does not exist in database '${database}'.`,
      );
    }
    return table;
  }

  #refuse(message: QueuedMessage | undefined, { code, message: details, permanent }: IngestionRefused): 'refused' {
    this.#database.addFailure({
      operationId: randomUUID(),
      database: message?.database ?? this.#database.name,
      table: message?.table ?? '',
      failedOn: this.#database.now(),
      // The real service hides the signature too.
      ingestionSourcePath: message === undefined ? '' : message.blobPath.split('?')[0]!,
      details,
      failureKind: permanent ? 'Permanent' : 'Transient',
      rootActivityId: randomUUID(),
      errorCode: code,
      shouldRetry: !permanent,
      ingestionProperties: JSON.stringify(message?.additionalProperties ?? {}),
      sourceId: message?.sourceId ?? '',
    });
    return 'refused';
  }
}

/** Base64 of JSON. */
function decode(text: string): { message: QueuedMessage | undefined; flush: boolean } {
  try {
    const json = JSON.parse(Buffer.from(text, 'base64').toString()) as Record<string, unknown>;
    const message: QueuedMessage = {
      sourceId: String(json.Id),
      blobPath: new URL(String(json.BlobPath)).href,
      database: String(json.DatabaseName),
      table: String(json.TableName),
      additionalProperties: (json.AdditionalProperties ?? {}) as Record<string, unknown>,
    };
    return { message, flush: json.FlushImmediately === true };
  } catch {
    return { message: undefined, flush: true };
  }
}

/** Tags are JSON text of a list. */
function stringList(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  try {
    const list: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // Told below.
  }
  throw new IngestionRefused('BadRequest_MalformedIngestionProperty', `'${String(value)}' is not a list of tags.`);
}
