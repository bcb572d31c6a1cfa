import { performance } from 'node:perf_hooks';
import { quoteText, type Tensor, type TensorSpec } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { MAX_HEAD_BYTES, PIECE_BYTES, type Reason } from './messages.ts';
import type { Reply } from './reply-schema.ts';
import { RunnerProcess } from './runner-process.ts';
import { readSections, writeSections } from './tensor-sections.ts';

/** What a runner may use. */
export interface RunnerOptions {
  /** Threads of one computation. */
  readonly threads: number;
  /** Memory of its process, in bytes. */
  readonly memoryBytes: number;
  /** From its start until it has loaded the model. */
  readonly loadMs: number;
  /** Of one run. */
  readonly runMs: number;
  readonly maxAnswerBytes: number;
  /** Memory that a process has for itself alone, in bytes; `undefined` where that cannot be told. */
  readonly memoryOf: (pid: number) => number | undefined;
}

/** A model on its way into a runner. */
export interface ModelContent {
  /** In bytes. */
  readonly size: number;
  /** Each chunk is good until the next is asked for. */
  read(): AsyncIterable<Uint8Array>;
}

/** What to compute: every input of the model, and the outputs that are wanted. */
export interface RunRequest {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
}

/** What it gave, in the order that was asked for, and nanoseconds of its parts inside the runner. */
export interface RunAnswer {
  readonly tensors: readonly Tensor[];
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

/** How often time and memory of a runner that works are looked at. */
const WATCH_MS = 25;
/** Looks without work after which nobody looks any more. */
const IDLE_LOOKS = 40;

interface Waiting {
  readonly resolve: (answer: RunAnswer) => void;
  readonly reject: (error: StrongroomError) => void;
}

type Loaded = Extract<Reply, { kind: 'loaded' }>;

/**
 * One model in a process of its own. It ends with a crash, at its deadline and at its memory limit; then everything that
 * waits fails with `PREDICTION_UNAVAILABLE` or `PREDICTION_TIMEOUT`, and `onEnd` is told.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #process: RunnerProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #loaded = Promise.withResolvers<Loaded>();
  #watch: NodeJS.Timeout | undefined;
  #idleLooks = 0;
  #dueMs: number;
  #lastId = 0;
  #end: StrongroomError | undefined;
  #signature: Pick<Loaded, 'inputs' | 'outputs'> | undefined;
  /** Told once when it has ended, with what those who waited were told. */
  onEnd: (error: StrongroomError) => void = () => undefined;

  private constructor(options: RunnerOptions) {
    this.#options = options;
    this.#dueMs = performance.now() + options.loadMs;
    this.#process = new RunnerProcess({
      memoryBytes: options.memoryBytes,
      limits: { maxHeadBytes: MAX_HEAD_BYTES, maxBodyBytes: options.maxAnswerBytes },
      onReply: (reply, body) => {
        this.#take(reply, body);
      },
      onEnd: (error) => {
        this.#ended(error);
      },
    });
    this.#loaded.promise.catch(() => undefined);
    this.#look();
  }

  /**
   * Starts a process and loads a model into it. Throws `RUNTIME_MISSING`, `MODEL_UNSERVABLE` for what ONNX Runtime does
   * not take, `MODEL_TOO_LARGE` for what its memory does not hold, and what reading the model throws.
   */
  static async start(model: ModelContent, options: RunnerOptions): Promise<Runner> {
    const runner = new Runner(options);
    try {
      await runner.#load(model);
      return runner;
    } catch (error) {
      await runner.stop();
      throw error;
    }
  }

  get inputs(): readonly TensorSpec[] {
    return this.#signature?.inputs ?? [];
  }

  /** Those that are tensors. */
  get outputs(): readonly TensorSpec[] {
    return this.#signature?.outputs ?? [];
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Memory that its process has for itself, in bytes. */
  get memoryBytes(): number {
    return (this.pid === undefined ? undefined : this.#options.memoryOf(this.pid)) ?? 0;
  }

  /**
   * Computes. Throws `TENSOR_INVALID` where the model does not take the inputs, and for text with a NUL, which ONNX
   * Runtime would cut there. What waits behind a run that ends the process ends with it.
   */
  async run({ inputs, outputs }: RunRequest): Promise<RunAnswer> {
    if (this.#end !== undefined) throw this.#end;
    for (const tensor of inputs) assertWhole(tensor);
    const id = ++this.#lastId;
    if (this.#waiting.size === 0) this.#begin();
    const { words, parts } = writeSections(inputs);
    const { promise, resolve, reject } = Promise.withResolvers<RunAnswer>();
    this.#waiting.set(id, { resolve, reject });
    this.#process.send({ kind: 'run', id, tensors: words, outputs }, parts);
    return await promise;
  }

  /** Ends it at once; resolves when its process is gone. */
  async stop(): Promise<void> {
    this.#process.kill(new StrongroomError('PREDICTION_UNAVAILABLE', 'the model was unloaded'));
    await this.#process.gone();
  }

  async #load(model: ModelContent): Promise<void> {
    this.#process.send({ kind: 'load', bytes: model.size, threads: this.#options.threads });
    let sent = 0;
    for await (const chunk of model.read()) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        sent += piece.length;
        if (this.#end !== undefined || sent > model.size) break;
        await this.#process.sendThrough({ kind: 'piece' }, [piece]);
      }
    }
    this.#signature = await this.#loaded.promise;
  }

  #take(reply: Reply, body: Uint8Array<ArrayBuffer>): void {
    if (reply.kind === 'loaded') {
      this.#loaded.resolve(reply);
      this.#rest();
    } else if (reply.kind === 'failed' && reply.id === undefined) {
      this.#loaded.reject(loadFailure(reply.reason));
    } else {
      this.#settle(reply, body);
    }
  }

  #settle(reply: Exclude<Reply, Loaded>, body: Uint8Array<ArrayBuffer>): void {
    const waiting = reply.id === undefined ? undefined : this.#waiting.get(reply.id);
    if (reply.id === undefined || waiting === undefined) throw outOfTurn();
    const tensors = reply.kind === 'answer' ? readSections(reply.tensors, body) : [];
    if (tensors === undefined) throw outOfTurn();
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#rest();
    else this.#dueMs = performance.now() + this.#options.runMs;
    if (reply.kind === 'failed') waiting.reject(runFailure(reply.reason));
    else {
      const { inputNs, inferNs, outputNs } = reply;
      waiting.resolve({ tensors, inputNs, inferNs, outputNs });
    }
  }

  #ended(error: StrongroomError): void {
    this.#end = error;
    clearInterval(this.#watch);
    this.#loaded.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.onEnd(error);
  }

  #begin(): void {
    this.#dueMs = performance.now() + this.#options.runMs;
    this.#process.hold(true);
    this.#look();
  }

  #rest(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#process.hold(false);
  }

  #look(): void {
    this.#idleLooks = 0;
    if (this.#watch !== undefined) return;
    this.#watch = setInterval(() => {
      this.#assertWithinLimits();
    }, WATCH_MS).unref();
  }

  #assertWithinLimits(): void {
    if (this.#dueMs === Number.POSITIVE_INFINITY && ++this.#idleLooks > IDLE_LOOKS) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
    if (performance.now() > this.#dueMs) {
      this.#process.kill(
        new StrongroomError('PREDICTION_TIMEOUT', 'the model did not answer within its time'),
      );
    } else if (this.memoryBytes > this.#options.memoryBytes) {
      this.#process.kill(this.#signature !== undefined ? outOfMemory() : loadFailure('memory'));
    }
  }
}

function assertWhole(tensor: Tensor): void {
  if (tensor.datatype !== 'BYTES' || !tensor.strings.some((text) => text.includes('\0'))) return;
  throw new StrongroomError('TENSOR_INVALID', `input ${quoteText(tensor.name)}: text may not contain NUL`);
}

function outOfTurn(): StrongroomError {
  return new StrongroomError('PREDICTION_UNAVAILABLE', 'a runner answered out of turn');
}

function outOfMemory(): StrongroomError {
  return new StrongroomError('PREDICTION_UNAVAILABLE', 'the model needed more memory than it may have', {
    hint: 'ask with fewer rows, or let runners have more memory',
  });
}

function loadFailure(reason: Reason): StrongroomError {
  switch (reason) {
    case 'runtime':
      return new StrongroomError('RUNTIME_MISSING', 'ONNX Runtime cannot be loaded');
    case 'operators':
      return new StrongroomError(
        'MODEL_UNSERVABLE',
        'the model has operators that ONNX Runtime does not have',
      );
    case 'types':
      return new StrongroomError('MODEL_UNSERVABLE', 'the model takes or gives something else than tensors');
    case 'memory':
      return new StrongroomError('MODEL_TOO_LARGE', 'the model does not fit into the memory of a runner');
    case 'malformed':
    case 'refused':
      return new StrongroomError('MODEL_UNSERVABLE', 'ONNX Runtime does not take the model');
  }
}

function runFailure(reason: Reason): StrongroomError {
  if (reason === 'memory') return outOfMemory();
  return new StrongroomError('TENSOR_INVALID', 'the model cannot compute with these inputs');
}
