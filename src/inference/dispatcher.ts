import { performance } from 'node:perf_hooks';
import type { Tensor } from '../bytes/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Runner } from '../runtime/index.ts';
import { batchKey, joinInputs, rowsOf, splitOutputs } from './batch.ts';
import { FairQueue, type Queued, type QueueLimits } from './fair-queue.ts';
import type { VersionCounts } from './version-counts.ts';

/** What somebody wants to know of a model. */
export interface Question {
  /** Who asks: they take turns with the others who do. */
  readonly principal: string;
  /** In the order of the signature. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
  /** From now on. */
  readonly deadlineMs: number;
}

export interface DispatcherRules extends QueueLimits {
  /** Rows that are computed together at most; one request alone may have more. */
  readonly maxBatchRows: number;
}

/** For how long requests of different principals stay apart after a runner ended in the middle of some. */
const SUSPICION_MS = 60_000;
/** Weight of the newest batch in what is expected of the next. */
const SMOOTHING = 0.1;
/** Batches at the runner at a time where they are quick: it need not wait for us between two of them. */
const MAX_RUNNING = 2;
/** How long one takes, as of late, that still counts as quick. */
const QUICK_MS = 20;

interface Waiting extends Queued {
  readonly question: Question;
  readonly arrivedMs: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (tensors: readonly Tensor[]) => void;
  readonly reject: (error: StrongroomError) => void;
}

/**
 * Questions on their way to the runner of one model: one batch at a time, two where they are quick, of what gathered
 * while those before were computed or within one turn of the event loop, fair between principals. Without a runner they
 * wait.
 */
export class Dispatcher {
  readonly #rules: DispatcherRules;
  readonly #counts: VersionCounts;
  readonly #queue: FairQueue<Waiting>;
  #runner: Runner | undefined;
  #joinsRows = false;
  /** Batches at the runner. */
  #running = 0;
  #isScheduled = false;
  #suspiciousUntilMs = 0;
  #answered = 0;
  /** Of one batch, as of late. */
  #expected = { ms: 0, requests: 1 };

  constructor(rules: DispatcherRules, counts: VersionCounts) {
    this.#rules = rules;
    this.#counts = counts;
    this.#queue = new FairQueue(rules);
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.#queue.length === 0;
  }

  /** Begins to serve. `joinsRows`: requests may be computed together. */
  attach(runner: Runner, { joinsRows }: { readonly joinsRows: boolean }): void {
    this.#runner = runner;
    this.#joinsRows = joinsRows;
    this.#answered = 0;
    this.#dispatch();
  }

  /** The runner has ended. Answers whether it had answered anything. */
  detach(): boolean {
    this.#runner = undefined;
    this.#suspiciousUntilMs = performance.now() + SUSPICION_MS;
    return this.#answered > 0;
  }

  /** Fails everything that waits. */
  fail(error: StrongroomError): void {
    for (const waiting of this.#queue.drain()) this.#reject(waiting, error);
  }

  /** Throws `PREDICTION_BUSY`, `PREDICTION_TIMEOUT`, and as `Runner.run`. */
  ask(question: Question): Promise<readonly Tensor[]> {
    const arrivedMs = performance.now();
    const waitMs = this.#expectedWaitMs(question.principal);
    if (waitMs > question.deadlineMs) {
      this.#counts.fail(0);
      return Promise.reject(busy(waitMs));
    }
    return new Promise((resolve, reject) => {
      const rows = rowsOf(question.inputs) ?? 0;
      const timer = setTimeout(() => {
        this.#queue.remove(waiting);
        this.#reject(waiting, new StrongroomError('PREDICTION_TIMEOUT', 'the deadline is over'));
      }, question.deadlineMs);
      const waiting: Waiting = {
        principal: question.principal,
        // What has no rows is answered by itself: there would be nothing to give back to it.
        key: rows > 0 ? batchKey(question.inputs, question.outputs) : undefined,
        rows,
        bytes: bytesOf(question.inputs),
        ...{ question, arrivedMs, timer, resolve, reject },
      };
      for (const displaced of this.#queue.add(waiting)) this.#reject(displaced, busy(waitMs));
      this.#schedule();
    });
  }

  #expectedWaitMs(principal: string): number {
    const { ms, requests } = this.#expected;
    return (this.#queue.turnsBefore(principal) / requests) * (ms / Math.max(1, this.#running));
  }

  /** What else comes in this turn of the event loop goes along. */
  #schedule(): void {
    if (this.#isScheduled || this.#isBusy() || this.#runner === undefined) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const runner = this.#runner;
    if (runner === undefined || this.#isBusy()) return;
    const batch = this.#queue.take({
      maxRows: this.#joinsRows ? this.#rules.maxBatchRows : 0,
      mixesPrincipals: performance.now() > this.#suspiciousUntilMs,
    });
    if (batch.length === 0) return;
    this.#running += 1;
    void this.#compute(runner, batch).then(() => {
      this.#running -= 1;
      this.#dispatch();
    });
  }

  /** A runner that ends takes all with it that it has: after one that did, nobody goes along with others. */
  #isBusy(): boolean {
    if (this.#running === 0) return false;
    const isAlone = this.#expected.ms > QUICK_MS || performance.now() <= this.#suspiciousUntilMs;
    return this.#running >= (isAlone ? 1 : MAX_RUNNING);
  }

  /** Never rejects: whoever waits is told. */
  async #compute(runner: Runner, batch: readonly Waiting[]): Promise<void> {
    const startedMs = performance.now();
    const [first] = batch;
    if (first === undefined) return;
    try {
      const inputs = joinInputs(batch.map(({ question }) => question.inputs));
      const { tensors, ...times } = await runner.run({ inputs, outputs: first.question.outputs });
      const parts =
        batch.length === 1
          ? [tensors]
          : splitOutputs(
              tensors,
              batch.map(({ rows }) => rows),
            );
      if (parts === undefined) {
        this.#joinsRows = false;
        await this.#computeApart(runner, batch);
        return;
      }
      const endedMs = performance.now();
      this.#counts.answered(tensors);
      this.#counts.execution(
        batch.reduce((sum, { rows }) => sum + rows, 0),
        times,
      );
      this.#expect(endedMs - startedMs, batch.length);
      for (const [index, waiting] of batch.entries()) {
        this.#resolve(waiting, parts[index] ?? [], { startedMs, endedMs, times });
      }
    } catch (thrown) {
      const error = toStrongroomError(thrown);
      // One of them asked for what cannot be computed; the others did not.
      if (batch.length > 1 && !runner.hasEnded) await this.#computeApart(runner, batch);
      else for (const waiting of batch) this.#reject(waiting, error);
    }
  }

  async #computeApart(runner: Runner, batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch) await this.#compute(runner, [waiting]);
  }

  #expect(ms: number, requests: number): void {
    const { ms: oldMs, requests: oldRequests } = this.#expected;
    this.#expected = {
      ms: oldMs + SMOOTHING * (ms - oldMs),
      requests: oldRequests + SMOOTHING * (requests - oldRequests),
    };
  }

  #resolve(
    { rows, arrivedMs, timer, resolve }: Waiting,
    tensors: readonly Tensor[],
    of: {
      readonly startedMs: number;
      readonly endedMs: number;
      readonly times: Parameters<VersionCounts['execution']>[1];
    },
  ): void {
    clearTimeout(timer);
    this.#answered += 1;
    const [ns, queueNs] = [of.endedMs - arrivedMs, of.startedMs - arrivedMs].map((ms) => ms * 1e6);
    this.#counts.success({ rows, ns: ns ?? 0, queueNs: queueNs ?? 0, times: of.times });
    resolve(tensors);
  }

  #reject({ arrivedMs, timer, reject }: Waiting, error: StrongroomError): void {
    clearTimeout(timer);
    this.#counts.fail((performance.now() - arrivedMs) * 1e6);
    reject(error);
  }
}

function busy(waitMs: number): StrongroomError {
  return new StrongroomError('PREDICTION_BUSY', 'too many questions wait for this model', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

function bytesOf(inputs: readonly Tensor[]): number {
  return inputs.reduce(
    (sum, tensor) =>
      sum +
      (tensor.datatype === 'BYTES'
        ? tensor.strings.reduce((total, text) => total + 2 * text.length, 0)
        : tensor.data.length),
    0,
  );
}
