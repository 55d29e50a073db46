/** The thread in which the SDK, the serialization and the compression run; one per exporter. */
import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { AmbiguousError, PermanentError, RetryableError } from '../../core/errors.ts';
import { kustoNames } from '../../kusto/names.ts';
import { decodePartSync } from '../../parts/part-codec.ts';
import { halves } from './absence.ts';
import { clientOf } from './calls.ts';
import { check } from './check.ts';
import { connect } from './connect.ts';
import { callsLeftBehind, clock } from './deadline.ts';
import { type Intake, streamingIntake } from './intake.ts';
import { ndjson } from './ndjson.ts';
import type { SettledKustoOptions } from './options.ts';
import {
  type FromWorker,
  type PartBytes,
  type Sent,
  type Tasks,
  type ToWorker,
  toPlain,
  type WorkerSetup,
} from './protocol.ts';
import { arrivedParts, refusals } from './questions.ts';
import { queuedIntake } from './queued.ts';
import { compress, spread, type Upload } from './upload.ts';

/** Calls that never end hold sockets: with so many the thread ends, and the next call begins in a new one. */
const LEFT_BEHIND_MAX = 16;

const port = parentPort!;
const setup = workerData as WorkerSetup;
const { places } = setup;
const names = kustoNames(setup.options.table);
const running = new Map<number, AbortController>();
const tokens = new Map<number, (message: { readonly value?: string; readonly error?: string }) => void>();
let asked = 0;

const options: SettledKustoOptions = setup.hostToken ? { ...setup.options, auth: { token: hostToken } } : setup.options;
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};
const connection = once(() => connect(options, places, notice));
const client = once(async () => clientOf(await connection(), options));
const intake = once(
  async (): Promise<Intake> =>
    options.mode === 'streaming'
      ? streamingIntake(await connection(), names)
      : queuedIntake(await connection(), names, { timeoutMs: options.timeoutMs, askAgainMs: setup.askAgainMs }, notice),
);

function hostToken(): Promise<string> {
  const id = ++asked;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  tokens.set(id, ({ value, error }) => {
    tokens.delete(id);
    if (value !== undefined) resolve(value);
    else reject(new Error(error ?? 'the token function gave none'));
  });
  post({ wantsToken: id });
  return promise;
}

function tasks(signal: AbortSignal, deadline: number): Tasks {
  const bounded = async () => {
    const { query, command, ...rest } = await client();
    const limits = () => ({ signal, timeoutMs: Math.max(1, deadline - clock()) });
    return {
      ...rest,
      query: (text: string, parameters?: Parameters<typeof query>[1]) => query(text, parameters, limits()),
      command: (text: string) => command(text, limits()),
    };
  };
  return {
    check: async () =>
      check(
        { client: await bounded(), intake: await intake(), connection: await connection(), names, mode: options.mode },
        signal,
        deadline,
      ),
    send: (parts) => send(parts, signal, deadline),
    arrived: async (partIds, from) => arrivedParts(await bounded(), names, partIds, from),
    refusals: async (sourceIds, forMs) => refusals(await bounded(), names, sourceIds, forMs),
  };
}

/** One part after the other becomes lines, so that no more than one upload is held at a time. */
async function send(parts: readonly PartBytes[], signal: AbortSignal, deadline: number): Promise<Sent[]> {
  const to = await intake();
  const maxBytes = setup.maxBytes ?? to.maxBytes;
  const sent: Sent[] = [];
  let open: Line[] = [];
  let rawBytes = 0;

  async function attempt(lines: readonly Line[], uploads: readonly Upload[]): Promise<unknown> {
    let outcome: Sent;
    let failure: unknown;
    try {
      const sourceIds = await transfer(to, uploads, signal, deadline);
      outcome = { outcome: to.outcome, sourceIds, shared: lines.length > 1 };
    } catch (error) {
      failure = error;
      outcome = { error: toPlain(error) };
    }
    for (const { index } of lines) sent[index] = outcome;
    return failure;
  }

  async function flush(): Promise<void> {
    const lines = open;
    if (lines.length === 0) return;
    await together(lines);
    open = [];
    rawBytes = 0;
  }

  /** One of them may be refused for good: which, only they themselves can tell. */
  async function together(lines: readonly Line[]): Promise<void> {
    const bytes = lines.map((line) => line.bytes);
    const failure = await attempt(lines, [{ bytes, rawBytes: bytes.reduce((sum, { length }) => sum + length, 0) }]);
    if (!(failure instanceof PermanentError) || lines.length === 1) return;
    for (const half of halves(lines)) await together(half);
  }

  for (const [index, { id, body }] of parts.entries()) {
    try {
      const bytes = ndjson(decodePartSync(body, id));
      if (rawBytes + bytes.length > maxBytes) await flush();
      if (bytes.length > maxBytes) {
        await attempt([{ index, bytes }], spread(bytes, maxBytes));
      } else {
        open.push({ index, bytes });
        rawBytes += bytes.length;
      }
    } catch (error) {
      sent[index] = { error: toPlain(error) };
    }
  }
  await flush();
  return sent;
}

interface Line {
  readonly index: number;
  readonly bytes: Buffer;
}

async function transfer(
  to: Intake,
  uploads: readonly Upload[],
  signal: AbortSignal,
  deadline: number,
): Promise<string[]> {
  const sourceIds: string[] = [];
  for (const upload of uploads) {
    const sourceId = randomUUID();
    sourceIds.push(sourceId);
    try {
      await to.send({ gzip: compress(upload), rawBytes: upload.rawBytes, sourceId }, signal, deadline);
    } catch (error) {
      // What went before is there, or will be.
      const before = sourceIds.length - 1;
      if (before > 0 && error instanceof RetryableError) throw new AmbiguousError(error.message);
      if (before > 0 && error instanceof PermanentError)
        throw new PermanentError(
          `${error.message} It is too large for one request, and the rows of the ${before} of ${uploads.length} requests before this one count.`,
        );
      throw error;
    }
  }
  return sourceIds;
}

port.on('message', (message: ToWorker) => {
  if ('call' in message) void run(message);
  else if ('abort' in message) running.get(message.abort)?.abort();
  else tokens.get(message.token)?.(message);
});

async function run({ call, task, args, deadlineMs }: Extract<ToWorker, { call: number }>): Promise<void> {
  const controller = new AbortController();
  running.set(call, controller);
  const doing = tasks(controller.signal, clock() + deadlineMs)[task] as (
    ...args: readonly unknown[]
  ) => Promise<unknown>;
  try {
    post({ call, value: await doing(...args) });
  } catch (error) {
    post({ call, error: toPlain(error) });
  }
  running.delete(call);
  if (running.size === 0 && callsLeftBehind() >= LEFT_BEHIND_MAX) process.exit(0);
}

function notice(text: string): void {
  post({ notice: text });
}

function post(message: FromWorker): void {
  port.postMessage(message);
}
