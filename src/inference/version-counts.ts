import type { BatchStatistics, ModelName, TimedCount, VersionStatistics } from '../api/index.ts';
import type { Tensor } from '../bytes/index.ts';
import { OutputDrift } from './output-drift.ts';

/** Nanoseconds of the three parts of an execution. */
export interface ComputeTimes {
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

/** Sizes of batches that are counted one by one; those beyond are counted only in all. */
const MAX_BATCH_SIZES = 1024;

class Timer {
  #count = 0;
  #ns = 0;

  add(ns: number): void {
    this.#count += 1;
    this.#ns += ns;
  }

  get(): TimedCount {
    return { count: this.#count, ns: Math.round(this.#ns) };
  }
}

class ComputeTimer {
  readonly #input = new Timer();
  readonly #infer = new Timer();
  readonly #output = new Timer();

  add({ inputNs, inferNs, outputNs }: ComputeTimes): void {
    this.#input.add(inputNs);
    this.#infer.add(inferNs);
    this.#output.add(outputNs);
  }

  get(): Pick<BatchStatistics, 'computeInput' | 'computeInfer' | 'computeOutput'> {
    return {
      computeInput: this.#input.get(),
      computeInfer: this.#infer.get(),
      computeOutput: this.#output.get(),
    };
  }
}

/** What one version did since this process began, as Triton counts it. */
export class VersionCounts {
  readonly #success = new Timer();
  readonly #fail = new Timer();
  readonly #queue = new Timer();
  readonly #compute = new ComputeTimer();
  readonly #batches = new Map<number, ComputeTimer>();
  readonly #drift = new OutputDrift();
  #rows = 0;
  #executions = 0;
  #last: Date | undefined;

  /** One execution. */
  execution(rows: number, times: ComputeTimes): void {
    this.#executions += 1;
    const size = this.#batches.has(rows) || this.#batches.size < MAX_BATCH_SIZES ? rows : -1;
    const timer = this.#batches.get(size) ?? new ComputeTimer();
    this.#batches.set(size, timer);
    timer.add(times);
  }

  /** One request that was answered: how long in all, how long it waited, and what its execution took. */
  success(of: {
    readonly rows: number;
    readonly ns: number;
    readonly queueNs: number;
    readonly times: ComputeTimes;
  }): void {
    this.#rows += of.rows;
    this.#last = new Date();
    this.#success.add(of.ns);
    this.#queue.add(of.queueNs);
    this.#compute.add(of.times);
  }

  /** What was answered, for how its spread changes. */
  answered(outputs: readonly Tensor[]): void {
    this.#drift.add(outputs);
  }

  fail(ns: number): void {
    this.#fail.add(ns);
  }

  get(of: { readonly model: ModelName; readonly version: number }): VersionStatistics {
    const { model, version } = of;
    return {
      model,
      version,
      ...(this.#last === undefined ? {} : { lastInference: this.#last.toISOString() }),
      ...(this.#drift.index === undefined ? {} : { drift: this.#drift.index }),
      inferenceCount: this.#rows,
      executionCount: this.#executions,
      success: this.#success.get(),
      fail: this.#fail.get(),
      queue: this.#queue.get(),
      ...this.#compute.get(),
      batches: [...this.#batches]
        .filter(([batchSize]) => batchSize >= 0)
        .sort(([one], [other]) => one - other)
        .map(([batchSize, timer]) => ({ batchSize, ...timer.get() })),
    };
  }
}
