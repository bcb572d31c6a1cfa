import { performance } from 'node:perf_hooks';
import type { ByteSource, Tensor, TensorSpec } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { type ModelContent, Runner, type RunnerOptions } from '../runtime/index.ts';
import { describeModel, type ModelDescription } from './describe-model.ts';
import { Dispatcher, type DispatcherRules, type Question } from './dispatcher.ts';
import { rowsAreIndependent } from './row-probe.ts';
import type { VersionCounts } from './version-counts.ts';

/** A model that is open for being loaded: looked into here and there, and read through once. */
export interface OpenModel extends ModelContent {
  readonly source: ByteSource;
  close(): Promise<void>;
}

export interface SessionOptions extends RunnerOptions, DispatcherRules {
  /** Whether requests may be computed together at all. */
  readonly isBatching: boolean;
}

/** What a session stands on. */
export interface SessionParts {
  readonly options: SessionOptions;
  readonly counts: VersionCounts;
  /** Told once when it is over: it was closed, or could not be started again. */
  readonly onClose: () => void;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 30_000;

/**
 * A model that is served. When its runner ends a new one is started at once; where one after the other ends before it
 * answered anything, later and later. Questions wait meanwhile, or fail with `PREDICTION_UNAVAILABLE` where it takes time.
 */
export class ModelSession {
  /** How the model is opened again. Throws where it may not be served any more, or not for whoever opened it. */
  reopen: () => Promise<OpenModel>;
  readonly #parts: SessionParts;
  readonly #dispatcher: Dispatcher;
  #description: ModelDescription | undefined;
  #signature: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] } | undefined;
  #runner: Runner | undefined;
  #failures = 0;
  #retryAtMs = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(parts: SessionParts, reopen: () => Promise<OpenModel>) {
    this.#parts = parts;
    this.reopen = reopen;
    this.#dispatcher = new Dispatcher(parts.options, parts.counts);
  }

  /** Loads a model and warms it up. Throws as `describeModel` and `Runner.start`, and what opening it throws. */
  static async open(parts: SessionParts, open: () => Promise<OpenModel>): Promise<ModelSession> {
    const session = new ModelSession(parts, open);
    await session.#start();
    return session;
  }

  get inputs(): readonly TensorSpec[] {
    return this.#signature?.inputs ?? [];
  }

  get outputs(): readonly TensorSpec[] {
    return this.#signature?.outputs ?? [];
  }

  /** Longest computation, and longest wait for an answer. */
  get deadlineMs(): number {
    return this.#parts.options.runMs;
  }

  /** Whether a question would be answered at once. */
  get isReady(): boolean {
    return this.#runner !== undefined;
  }

  get isIdle(): boolean {
    return this.#dispatcher.isIdle;
  }

  /** Id of its process, where there is one. */
  get pid(): number | undefined {
    return this.#runner?.pid;
  }

  /** Of its process, in bytes. */
  get memoryBytes(): number {
    return this.#runner?.memoryBytes ?? 0;
  }

  /** Throws as `Dispatcher.ask`. */
  async ask(question: Question): Promise<readonly Tensor[]> {
    const waitMs = this.#retryAtMs - performance.now();
    if (waitMs > 0 || this.#isClosed) throw away(waitMs);
    return await this.#dispatcher.ask(question);
  }

  /** Ends it; what waits fails. Resolves when its process is gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#dispatcher.detach();
    this.#dispatcher.fail(away(0));
    this.#parts.onClose();
    await this.#runner?.stop();
  }

  async #start(): Promise<void> {
    const { options } = this.#parts;
    let runner = await this.#startRunner();
    let joinsRows = false;
    if (options.isBatching && this.#description?.isDynamicallyQuantised === false) {
      try {
        joinsRows = await rowsAreIndependent(runner);
      } catch (error) {
        // It ended over what was made up; what callers ask may do better, one by one.
        if (!runner.hasEnded) throw error;
        runner = await this.#startRunner();
      }
    }
    this.#serve(runner, joinsRows);
    if (this.#isClosed) await runner.stop();
  }

  async #startRunner(): Promise<Runner> {
    const opened = await this.reopen();
    try {
      this.#description ??= await describeModel(opened.source);
      return await Runner.start(opened, this.#parts.options);
    } finally {
      await opened.close();
    }
  }

  #serve(runner: Runner, joinsRows: boolean): void {
    this.#signature = { inputs: runner.inputs, outputs: runner.outputs };
    this.#runner = runner;
    runner.onEnd = () => {
      this.#lost();
    };
    this.#dispatcher.attach(runner, { joinsRows });
    if (runner.hasEnded) this.#lost();
  }

  #lost(): void {
    this.#runner = undefined;
    const hadAnswered = this.#dispatcher.detach();
    this.#failures = hadAnswered ? 0 : this.#failures + 1;
    this.#startLater();
  }

  #startLater(): void {
    if (this.#isClosed) return;
    const delayMs =
      this.#failures <= 1 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 2));
    if (delayMs > 0) this.#dispatcher.fail(away(delayMs));
    this.#retryAtMs = performance.now() + delayMs;
    this.#retry = setTimeout(() => void this.#startAgain(), delayMs);
    this.#retry.unref();
  }

  async #startAgain(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (isPassing(error)) {
        this.#failures += 1;
        this.#startLater();
      } else {
        // For whoever it was last opened, not for those who wait: they ask again, under their own name.
        await this.close();
      }
    }
  }
}

/** Whether a start that failed may do better later. */
function isPassing(error: unknown): boolean {
  return isStrongroomError(error, 'PREDICTION_UNAVAILABLE') || isStrongroomError(error, 'PREDICTION_TIMEOUT');
}

function away(waitMs: number): StrongroomError {
  return new StrongroomError('PREDICTION_UNAVAILABLE', 'the model is not there at the moment', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
