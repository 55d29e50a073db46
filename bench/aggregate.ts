/** Cost and memory of the sum table, beside the metrics SDK and a plain Map. */
import { AggregationTemporality, AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Dictionary, type Measure, type Origin } from '../src/core/aggregate/dictionary.ts';
import { SumTable } from '../src/core/aggregate/sum-table.ts';
import { Recorder } from './recorder.ts';
import { alternate, type BenchOptions, type BenchRow, heldBytes, lessIsBetter, prng, sink, timed } from './row.ts';

const WINDOW_MS = 1_800_000_000_000;

/** Keys = origins × targets × events, as a service has them; both candidates get the same string objects. */
interface Shape {
  readonly origins: number;
  readonly targets: number;
  readonly events: number;
}

const SHAPES: Record<number, Shape> = {
  20: { origins: 5, targets: 2, events: 2 },
  1000: { origins: 50, targets: 10, events: 2 },
  10000: { origins: 250, targets: 20, events: 2 },
  100000: { origins: 1_000, targets: 50, events: 2 },
  1000000: { origins: 10_000, targets: 50, events: 2 },
  10000000: { origins: 50_000, targets: 100, events: 2 },
};

interface Keys {
  readonly size: number;
  readonly origins: readonly string[];
  readonly targets: readonly string[];
  readonly events: readonly string[];
}

function keysOf(shape: Shape): Keys {
  // Property names, so that V8 internalizes them as it does literals: that is what callers pass.
  const name = (prefix: string, n: number) =>
    Object.keys(Object.fromEntries(Array.from({ length: n }, (_, i) => [`${prefix}${i.toString(36)}`, 0])));
  return {
    size: shape.origins * shape.targets * shape.events,
    origins: name('GET /api/v1/resource-', shape.origins),
    targets: name('postgresql://db.internal/shop-', shape.targets),
    events: name('db.client.operation.duration-', shape.events),
  };
}

/** Shuffled key numbers: `n` draws, in no order a prefetcher could guess. */
function draws(keys: number, n: number): Uint32Array {
  const random = prng(keys);
  return Uint32Array.from({ length: n }, () => Math.floor(random() * keys));
}

/** The strings of key `k`, resolved beforehand: finding them is no part of the measurement. */
interface Call {
  readonly origin: string;
  readonly target: string;
  readonly event: string;
}

function callOf(keys: Keys, k: number): Call {
  const e = keys.events.length;
  const t = keys.targets.length;
  return {
    event: keys.events[k % e]!,
    target: keys.targets[Math.floor(k / e) % t]!,
    origin: keys.origins[Math.floor(k / (e * t))]!,
  };
}

class ManualReader extends MetricReader {
  constructor(limit: number) {
    super({
      aggregationSelector: () => ({ type: AggregationType.SUM }),
      aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
      cardinalitySelector: () => limit,
    });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function sdkCounter(limit: number) {
  const reader = new ManualReader(limit);
  const provider = new MeterProvider({ readers: [reader] });
  const counter = provider.getMeter('bench').createCounter('load');
  return { reader, counter };
}

function addRows(size: number, brief: boolean): BenchRow[] {
  const keys = keysOf(SHAPES[size]!);
  const n = brief ? 2_000 : size >= 100_000 ? 300_000 : 200_000;
  const order = draws(keys.size, n);
  // Columns, not objects: at many keys reading the calls themselves would be much of the figure.
  const calls = Array.from(order, (k) => callOf(keys, k));
  const origin = calls.map((c) => c.origin);
  const target = calls.map((c) => c.target);
  const event = calls.map((c) => c.event);

  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60 });
  const recorder = new Recorder(dictionary, table, 'storefront');
  const { reader, counter } = sdkCounter(keys.size + 10);
  for (let k = 0; k < keys.size; k++) {
    const c = callOf(keys, k);
    recorder.add(WINDOW_MS, c.origin, c.target, c.event, 's', 1);
    counter.add(1, { origin: c.origin, target: c.target, event: c.event, unit: 's' });
  }
  const who = origin.map((o) => dictionary.origin('storefront', 'storefront', o));
  const what = target.map((t, i) => dictionary.measure(t, event[i]!, 's'));
  const window = WINDOW_MS / 60_000;

  const byStrings = () =>
    timed(() => {
      for (let i = 0; i < n; i++) {
        if (!recorder.add(WINDOW_MS, origin[i]!, target[i]!, event[i]!, 's', 1.5)) sink.value++;
      }
    });
  const byIds = () =>
    timed(() => {
      for (let i = 0; i < n; i++) if (!table.add(window, who[i]!, what[i]!, 1.5)) sink.value++;
    });
  const sdk = () =>
    timed(() => {
      for (let i = 0; i < n; i++) {
        counter.add(1.5, { origin: origin[i]!, target: target[i]!, event: event[i]!, unit: 's' });
      }
    });
  const [strings, ids, peer] = alternate(
    [byStrings, byIds, sdk].map((run) => () => (run() * 1e6) / n),
    brief ? 1 : 9,
    brief ? 0 : 3,
  );
  if (table.size !== keys.size) throw new Error(`bench: ${table.size} rows for ${keys.size} keys`);
  sink.value += reader === undefined ? 1 : 0;
  const { origins, targets, events } = SHAPES[size]!;
  const note = `${origins} origins × ${targets} targets × ${events} events, shuffled; medians of alternating runs`;
  const atLeast = size <= 1_000 ? 20 : size <= 100_000 ? 10 : 5;
  const peerName = 'sdk-metrics Counter.add';
  const name = `add, known key, ${size.toLocaleString('en')} keys`;
  const limit =
    'beside the row, four strings and two interned objects are read (some ten cache lines); the plug-in keeps the objects';
  const stringsNote = `${note}; limited by: ${limit}`;
  return [
    lessIsBetter(
      { name: `${name}, four strings`, unit: 'ns', ours: strings!, peer: peer!, peerName, note: stringsNote },
      atLeast,
    ),
    lessIsBetter({ name: `${name}, interned`, unit: 'ns', ours: ids!, peer: peer!, peerName, note }, atLeast),
  ];
}

/** Bytes per key of both, with the keys' strings held by the bench and so counted for neither. */
function memoryRow(name: string, shape: Shape, atLeast: number | undefined): BenchRow {
  const keys = keysOf(shape);
  const fill = (add: (c: Call) => void) => {
    for (let k = 0; k < keys.size; k++) add(callOf(keys, k));
  };
  const empty = heldBytes();
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60 });
  const recorder = new Recorder(dictionary, table, 'storefront');
  fill((c) => recorder.add(WINDOW_MS, c.origin, c.target, c.event, 's', 1));
  const filled = heldBytes();
  const ours = filled - empty;
  const { reader, counter } = sdkCounter(keys.size + 10);
  const before = heldBytes();
  fill(({ origin, target, event }) => counter.add(1, { origin, target, event, unit: 's' }));
  const peer = heldBytes() - before;
  if (table.size !== keys.size) throw new Error(`bench: ${table.size} rows for ${keys.size} keys`);
  sink.value += reader === undefined ? 1 : 0;
  return lessIsBetter(
    {
      name,
      unit: 'bytes',
      ours: ours / keys.size,
      peer: peer / keys.size,
      peerName: 'sdk-metrics Counter',
      note: `${shape.origins} origins × ${shape.targets} targets × ${shape.events} events; heap + external after gc, the names' own strings not counted; ours also keeps samples, min, max, compensation`,
    },
    atLeast,
  );
}

/** Cost of an add as the number of keys grows, against a Map from the concatenated strings. */
function growthRow(size: number, brief: boolean): BenchRow {
  const keys = keysOf(SHAPES[size]!);
  const n = brief ? 2_000 : 500_000;
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60, maxRows: 2 ** 24 });
  const e = keys.events.length;
  const t = keys.targets.length;
  const origins: Origin[] = keys.origins.map((o) => dictionary.origin('storefront', 'storefront', o));
  const measures: Measure[] = keys.targets.flatMap((to) => keys.events.map((ev) => dictionary.measure(to, ev, 's')));
  for (const o of origins) for (const m of measures) table.add(1, o, m, 1);
  const order = draws(keys.size, n);
  const who = Array.from(order, (k) => origins[Math.floor(k / (e * t))]!);
  const what = Array.from(order, (k) => measures[k % (e * t)]!);
  const candidates = [
    () => {
      for (let i = 0; i < n; i++) if (!table.add(1, who[i]!, what[i]!, 1.5)) sink.value++;
    },
  ];
  // Ten million concatenated strings are some 1.5 GB: the peer stops at one million.
  if (size <= 1_000_000) {
    const map = new Map<string, { sum: number }>();
    for (const o of origins) {
      for (const m of measures) map.set(`${o.origin}\0${m.target}\0${m.event}\0${m.unit}`, { sum: 0 });
    }
    candidates.push(() => {
      for (let i = 0; i < n; i++) {
        const m = what[i]!;
        map.get(`${who[i]!.origin}\0${m.target}\0${m.event}\0${m.unit}`)!.sum += 1.5;
      }
    });
  }
  const [ours, peer] = alternate(
    candidates.map((run) => () => (timed(run) * 1e6) / n),
    brief ? 1 : 7,
    brief ? 0 : 2,
  );
  return lessIsBetter({
    name: `add, known key, ${size.toLocaleString('en')} keys, growth`,
    unit: 'ns',
    ours: ours!,
    peer: peer ?? null,
    peerName: peer === undefined ? '' : 'Map of concatenated strings',
  });
}

/**
 * Longest single `add` while `size` new keys come in: no add may do work that grows with the number of keys. The least of
 * three runs, because other processes and the garbage collector only ever add to it.
 */
function longestAdd(size: number, brief: boolean): BenchRow {
  const { origins, targets, events } = keysOf(SHAPES[size]!);
  const longest = (add: (o: string, t: string, e: string) => void) => {
    let worst = 0;
    for (const o of origins) {
      for (const t of targets) {
        for (const e of events) {
          const start = performance.now();
          add(o, t, e);
          const took = performance.now() - start;
          if (took > worst) worst = took;
        }
      }
    }
    return worst;
  };
  const ours: number[] = [];
  const peer: number[] = [];
  for (let run = 0; run < (brief ? 1 : 3); run++) {
    globalThis.gc?.();
    const dictionary = new Dictionary();
    const table = new SumTable({ dictionary, windowSeconds: 60 });
    ours.push(longest((o, t, e) => table.add(1, dictionary.origin('s', 's', o), dictionary.measure(t, e, 's'), 1)));
    const map = new Map<string, { sum: number }>();
    peer.push(longest((o, t, e) => map.set(`${o}\0${t}\0${e}`, { sum: 1 })));
  }
  return lessIsBetter({
    name: `longest single add of ${size.toLocaleString('en')} new keys`,
    unit: 'ms',
    ours: Math.min(...ours),
    peer: Math.min(...peer),
    peerName: 'Map of concatenated strings',
    note: 'least of three runs; garbage collection included, of both',
  });
}

export async function rows({ brief }: BenchOptions): Promise<BenchRow[]> {
  const big = brief ? 1_000 : 1_000_000;
  const addSizes = brief ? [20, 1_000] : [20, 1_000, 100_000, 1_000_000];
  const growthSizes = brief ? [1_000] : [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
  const million = big.toLocaleString('en');
  // Memory first: later rows leave garbage of their own behind.
  return [
    memoryRow(`memory per key, ${million} keys`, SHAPES[big]!, 3),
    memoryRow(
      `memory per key, ${million} keys, each its own origin`,
      { origins: big, targets: 1, events: 1 },
      undefined,
    ),
    ...addSizes.flatMap((size) => addRows(size, brief)),
    ...growthSizes.map((size) => growthRow(size, brief)),
    longestAdd(big, brief),
  ];
}
