import type { Tensor, TensorSpec } from '../bytes/index.ts';
import type { InputSchema } from './input-schema.ts';
import type { AccessCode } from './model.ts';
import type { ModelName, VersionRef } from './names.ts';

/** One tensor that a model takes or gives. */
export interface SignatureTensor extends TensorSpec {
  /** Names of the classes along the last dimension, where the model or its version says them. */
  readonly labels?: readonly string[];
}

/** What a model takes and gives. */
export interface ModelSignature {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
}

/** A version as a caller of predictions sees it. */
export interface ServedModel {
  readonly model: ModelName;
  readonly version: number;
  /** Versions of the model that can be asked for, ascending. */
  readonly versions: readonly number[];
  /** `onnx_onnxv1`, as the Open Inference Protocol names it. */
  readonly platform: string;
  readonly signature: ModelSignature;
  /** What its operator says beyond the signature. */
  readonly schema?: InputSchema;
}

/** A question to a model. The newest version answers where neither version nor alias is named. */
export interface InferInput extends VersionRef {
  /** Every input that the signature has, each once. */
  readonly inputs: readonly Tensor[];
  /** Which outputs, in this order; by default all, in the order of the signature. */
  readonly outputs?: readonly string[];
  /**
   * The version that alias or model were found to name before the question was made for it, as `metadata` told: it
   * answers, whatever they name by now. While the alias still names it, a canary of the alias may answer in its place
   * where it takes the same. Beside a `version` it is the same one, or the question is `INPUT_INVALID`.
   */
  readonly decidedVersion?: number;
  /** How long the caller waits; longer than the model's own deadline nobody does. */
  readonly deadlineMs?: number;
}

/** A model's answer, and which version gave it. */
export interface Inference {
  readonly model: ModelName;
  readonly version: number;
  readonly outputs: readonly Tensor[];
}

/** How a version stands with the processes that hold models. */
export type ServingState = 'ready' | 'loading' | 'unavailable';

/** One row of the repository index. */
export interface ServedVersion {
  readonly model: ModelName;
  readonly version: number;
  readonly state: ServingState;
  /** Why it is not ready; empty where it simply was not asked for yet. */
  readonly reason: string;
}

/** How often, and how long in all. */
export interface TimedCount {
  readonly count: number;
  readonly ns: number;
}

/** How many executions had a number of rows, and what they took. */
export interface BatchStatistics {
  readonly batchSize: number;
  readonly computeInput: TimedCount;
  readonly computeInfer: TimedCount;
  readonly computeOutput: TimedCount;
}

/** Counts since this process began, by Triton's statistics extension. */
export interface VersionStatistics {
  readonly model: ModelName;
  readonly version: number;
  /** ISO 8601 UTC; absent before the first. */
  readonly lastInference?: string;
  /**
   * How far the spread of the last thousand answers is from that of the first (population stability index): below 0.1
   * nothing, above 0.25 much; absent before two thousand.
   */
  readonly drift?: number;
  /** Rows that were answered. */
  readonly inferenceCount: number;
  /** Executions, each of one batch. */
  readonly executionCount: number;
  /** Requests, from their arrival to their answer. */
  readonly success: TimedCount;
  readonly fail: TimedCount;
  /** Waiting for the process that holds the model. */
  readonly queue: TimedCount;
  readonly computeInput: TimedCount;
  readonly computeInfer: TimedCount;
  readonly computeOutput: TimedCount;
  readonly batches: readonly BatchStatistics[];
}

/**
 * Predictions: a version answers questions inside a process of its own and never comes out. Everything needs
 * `model:predict`, which lets nobody fetch the model; `unload` needs `model:configure`. Beyond what every verb throws:
 * `TRUST_…` for a version that may not be served, `MODEL_UNSERVABLE` for one that cannot be, `RUNTIME_MISSING` without
 * ONNX Runtime, `PREDICTION_BUSY` and `PREDICTION_UNAVAILABLE` (503, with `retryAfterSeconds` where known) when it
 * cannot answer now, `PREDICTION_TIMEOUT` when the deadline is over.
 */
export interface PredictionsApi {
  /** What the version takes and gives. Loads it where it is not loaded. */
  metadata(input: VersionRef): Promise<ServedModel>;
  /** Whether a question would be answered without loading anything first. */
  isReady(input: VersionRef): Promise<boolean>;
  /** Loads the version where it is not loaded. Throws `TENSOR_INVALID`, naming the field, for what it does not take. */
  infer(input: InferInput): Promise<Inference>;
  /** The versions of all models that the caller may ask. */
  index(): Promise<readonly ServedVersion[]>;
  /** Loads a version ahead of the first question. One with an access code takes it here. */
  load(input: VersionRef & { readonly accessCode?: AccessCode }): Promise<ServedVersion>;
  /** Ends the process that holds the version; one that is not loaded is fine. */
  unload(input: VersionRef): Promise<void>;
  /** Of one version or model, or of all that the caller may ask. */
  statistics(input?: VersionRef): Promise<readonly VersionStatistics[]>;
}
