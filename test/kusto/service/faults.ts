/** What goes wrong, scripted: per route, container, queue, or after the hand-over. */

/** `blob:1` and `queue:0` are single containers and queues, in the order in which the service lists them. */
export type FaultTarget =
  | 'metadata'
  | 'resources'
  | 'identity'
  | 'command'
  | 'query'
  | 'streaming'
  | 'blob'
  | 'queue'
  | `blob:${number}`
  | `queue:${number}`;

export type FaultAction =
  /** Never answers; the connection stays open until the client gives up or the fake closes. */
  | 'hang'
  /** Resets the connection. */
  | 'reset'
  | FaultAnswer
  /** The answer of a command lacks the rows with this in their first column: `TempStorage` of the resources. */
  | { readonly without: string }
  /** Served later, when it has come in whole: then it is done, even if its client is gone. */
  | { readonly delayMs: number }
  | { readonly until: Promise<unknown> };

export interface FaultAnswer {
  readonly status: number;
  /** Seconds, or a date as text. */
  readonly retryAfter?: number | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the body that the real service gives with this status. */
  readonly body?: string;
}

/** What a fault may be chosen by. */
export interface FaultRequest {
  readonly target: FaultTarget;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Query or command; empty elsewhere. */
  readonly text: string;
  /** Of the query or command, or of the streaming request. */
  readonly database: string;
}

export interface Fault {
  /** `blob` and `queue` mean all of them. */
  readonly on: FaultTarget | readonly FaultTarget[];
  readonly do: FaultAction;
  /** `after`: the work is done, only its answer is lost or replaced. Default `before`. */
  readonly when?: 'before' | 'after';
  /** Default 1; Infinity for as long as it stands. */
  readonly times?: number;
  readonly if?: (request: FaultRequest) => boolean;
}

/** A queued message as the service takes it. */
export interface QueuedMessage {
  readonly sourceId: string;
  readonly blobPath: string;
  readonly database: string;
  readonly table: string;
  readonly additionalProperties: Readonly<Record<string, unknown>>;
}

export interface HandOverFault {
  readonly do: /** Not ingested; `.show ingestion failures` says why. */
    | { readonly refuse: { readonly code: string; readonly details: string; readonly permanent?: boolean } }
    /** Not ingested, and nothing says so. */
    | 'lose'
    /** Ingested twice. */
    | 'twice';
  readonly times?: number;
  readonly if?: (message: QueuedMessage) => boolean;
  /** Only a blob whose lines, as text, hold this: what a service does that cannot read one of the rows. */
  readonly holding?: string;
}

export interface FaultPlan {
  request?(request: FaultRequest): Pick<Fault, 'do' | 'when'> | undefined;
  handOver?(message: QueuedMessage): HandOverFault['do'] | undefined;
}

interface Scripted<F> {
  readonly fault: F;
  left: number;
}

export class Faults {
  /** Asked where no scripted fault fits, such as by a seeded random run. */
  plan: FaultPlan | undefined;
  #requests: Scripted<Fault>[] = [];
  #handOvers: Scripted<HandOverFault>[] = [];

  /** The first one added that fits is taken. Returns what takes it back. */
  add(fault: Fault): () => void {
    const scripted = { fault, left: fault.times ?? 1 };
    this.#requests.push(scripted);
    return () => {
      this.#requests = this.#requests.filter((other) => other !== scripted);
    };
  }

  /** For what the service does with a message that it took. */
  addHandOver(fault: HandOverFault): () => void {
    const scripted = { fault, left: fault.times ?? 1 };
    this.#handOvers.push(scripted);
    return () => {
      this.#handOvers = this.#handOvers.filter((other) => other !== scripted);
    };
  }

  /** Everything works from now on. */
  clear(): void {
    this.plan = undefined;
    this.#requests = [];
    this.#handOvers = [];
  }

  forRequest(request: FaultRequest): Pick<Fault, 'do' | 'when'> | undefined {
    const fits = ({ on, if: condition }: Fault) =>
      [on].flat().some((target) => target === request.target || request.target.startsWith(`${target}:`)) &&
      (condition?.(request) ?? true);
    const scripted = this.#requests.find(({ fault, left }) => left > 0 && fits(fault));
    if (scripted === undefined) return this.plan?.request?.(request);
    scripted.left -= 1;
    return scripted.fault;
  }

  /** `read`: the lines of the blob, which is read only where a fault asks for what it holds. */
  async forHandOver(message: QueuedMessage, read: () => Promise<string>): Promise<HandOverFault['do'] | undefined> {
    const open = this.#handOvers.filter(({ fault, left }) => left > 0 && (fault.if?.(message) ?? true));
    const lines = open.some(({ fault }) => fault.holding !== undefined) ? await read() : '';
    const scripted = open.find(({ fault: { holding } }) => holding === undefined || lines.includes(holding));
    if (scripted === undefined) return this.plan?.handOver?.(message);
    scripted.left -= 1;
    return scripted.fault.do;
  }
}
