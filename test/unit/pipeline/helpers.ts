import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import type { Exporter, ExportOutcome } from '../../../src/core/contracts/exporter.ts';
import type { Part } from '../../../src/core/model.ts';
import type { Row } from '../../../src/core/row.ts';
import { decodePartSync, rowsOf } from '../../../src/parts/part-codec.ts';
import { Pipeline, type PipelineOptions } from '../../../src/pipeline/pipeline.ts';
import { createPartQueue, type PartQueueOptions } from '../../../src/spool/index.ts';

export const NOW = 1_700_000_070_000;
export const WINDOW = Math.floor(NOW / 60_000);

export interface TestPipeline {
  readonly pipeline: Pipeline;
  readonly accounts: Accounts;
  readonly dictionary: Dictionary;
  readonly warnings: string[];
  /** Adds `value` for `origin`, as a span would. */
  add(origin: string, value?: number, window?: number): void;
}

/** Options of the pipeline, and of its queue unless there is one. */
export type TestOptions = Partial<PipelineOptions & PartQueueOptions>;

export function makePipeline(exporters: readonly Exporter[], options: TestOptions = {}): TestPipeline {
  const accounts = new Accounts();
  const dictionary = new Dictionary();
  const warnings: string[] = [];
  const log = (text: string): void => void warnings.push(text);
  const { clock = { now: () => NOW } } = options;
  const pipeline = new Pipeline({
    exporters,
    queue: createPartQueue({ ...options, clock }),
    accounts,
    dictionary,
    windowSeconds: 60,
    service: () => 'shop',
    mappingHash: 'abc',
    packageVersion: '0.1.0',
    logger: { debug() {}, info() {}, warn: log, error: log },
    clock,
    random: () => 0.5,
    ...options,
    delivery: { backoffMs: 10, backoffMaxMs: 40, ...options.delivery },
  });
  const measure = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's', '');
  const add = (origin: string, value = 1, window = WINDOW): void => {
    pipeline.table.add(window, dictionary.origin('shop', 'shop', origin, ''), measure, value);
    pipeline.afterAdd();
  };
  return { pipeline, accounts, dictionary, warnings, add };
}

export function rowsIn(parts: Iterable<Part>): Row[] {
  return [...parts].flatMap((part) => [...rowsOf(decodePartSync(part.body))]);
}

/** Σ value by origin, without the engine's own rows. */
export function sums(parts: Iterable<Part>): Record<string, number> {
  const out: Record<string, number> = {};
  for (const row of rowsIn(parts)) {
    if (row.target !== 'otel-attribution') out[row.origin] = (out[row.origin] ?? 0) + row.value;
  }
  return out;
}

type Answer = ExportOutcome | Error | ((part: Part, signal: AbortSignal) => Promise<ExportOutcome>);

/** An exporter that follows a script: the n-th call gets the n-th answer, later ones `delivered`. Keeps what it delivered. */
export class ScriptedExporter implements Exporter {
  readonly name: string = 'scripted';
  supports = { idempotent: true, confirm: false, sync: false };
  readonly delivered: Part[] = [];
  readonly calls: { readonly id: string; readonly at: number }[] = [];
  closed = 0;
  readonly #script: Answer[];

  constructor(...script: Answer[]) {
    this.#script = script;
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    this.calls.push({ id: part.id, at: performance.now() });
    const answer = this.#script.shift() ?? 'delivered';
    if (answer instanceof Error) throw answer;
    const outcome = typeof answer === 'function' ? await answer(part, signal) : answer;
    this.delivered.push(part);
    return outcome;
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

/** Sends in the last turn as well. */
export class SyncExporter extends ScriptedExporter {
  override supports = { idempotent: true, confirm: false, sync: true };
  readonly atExit: Part[] = [];

  exportSync(part: Part): void {
    this.atExit.push(part);
  }
}

export const hang = (): Promise<ExportOutcome> => new Promise(() => {});
