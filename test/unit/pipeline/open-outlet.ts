import { Accounts } from '../../../src/core/accounts.ts';
import type { Exporter } from '../../../src/core/contracts/exporter.ts';
import type { OutletQueue, PartQueue, QueuedPart } from '../../../src/core/contracts/part-queue.ts';
import { deliveryDefaults } from '../../../src/pipeline/backoff.ts';
import { Outlet } from '../../../src/pipeline/outlet.ts';
import type { OutletContext } from '../../../src/pipeline/outlet-context.ts';
import { systemTimers } from '../../../src/pipeline/system-timers.ts';
import { createPartQueue, type PartQueueOptions } from '../../../src/spool/index.ts';
import { makePart } from '../parts/make-part.ts';
import { NOW } from './helpers.ts';

export interface TestOutlet {
  readonly outlet: Outlet;
  readonly queue: PartQueue;
  readonly parts: OutletQueue;
  readonly accounts: Accounts;
  readonly context: OutletContext;
  readonly warnings: string[];
  /** Has the queue take a new part, not yet offered. */
  put(): Promise<QueuedPart>;
}

/** One outlet with its queue, and nobody who looks after them. */
export function openOutlet(
  exporter: Exporter,
  options: PartQueueOptions & Partial<OutletContext> & { readonly queue?: PartQueue } = {},
): TestOutlet {
  const accounts = new Accounts();
  const warnings: string[] = [];
  const log = (text: string): void => void warnings.push(text);
  const now = (): number => NOW;
  const context: OutletContext = {
    accounts,
    logger: { debug() {}, info() {}, warn: log, error: log },
    random: () => 0.5,
    now,
    timers: systemTimers,
    runUntraced: (fn) => fn(),
    ...options,
    delivery: { ...deliveryDefaults, backoffMs: 10, backoffMaxMs: 40, ...options.delivery },
  };
  const { queue = createPartQueue({ ...options, clock: { now } }) } = options;
  const parts = queue.open(exporter.name, { instance: () => 'i', transient: exporter.exportSync !== undefined });
  const outlet = new Outlet(exporter, exporter.name, parts, context);
  let sequence = 0;
  const put = async (): Promise<QueuedPart> => {
    const part = makePart([{}], { instance: 'i', sequence: ++sequence });
    const [taken] = await queue.putAll([part], [exporter.name], undefined);
    if (taken === undefined || !('part' in taken)) throw new Error('refused');
    return taken.part;
  };
  return { outlet, queue, parts, accounts, context, warnings, put };
}

export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
