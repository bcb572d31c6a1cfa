import type { Rights } from '../access/index.ts';
import type { Caller, ModelSignature, Version } from '../api/index.ts';
import type { Tensor } from '../bytes/index.ts';

/** A question that was let in, before it is computed. */
export interface AskedQuestion {
  readonly caller: Caller;
  /** What the caller may do, as of now. */
  readonly rights: Rights;
  readonly version: Version;
  readonly signature: ModelSignature;
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that are wanted, in this order. */
  readonly outputs: readonly string[];
}

/**
 * What stands around the computation of every prediction. Stages are passed in their order on the way in, and in the
 * opposite order on the way out.
 */
export interface PredictionStage {
  /** Throws for what may not be asked, or not now. Answers the question to compute in its place. */
  before?(asked: AskedQuestion): Promise<AskedQuestion>;
  /** Told of a question that it let in and that was not computed after all. */
  uncomputed?(asked: AskedQuestion): void;
  /** What of an answer gets out. Throws where nothing may. */
  after?(asked: AskedQuestion, outputs: readonly Tensor[]): Promise<readonly Tensor[]>;
}

/** Lets a question through all stages and `compute`. */
export async function throughStages(
  stages: readonly PredictionStage[],
  question: AskedQuestion,
  compute: (asked: AskedQuestion) => Promise<readonly Tensor[]>,
): Promise<readonly Tensor[]> {
  const { asked, outputs: computed } = await computeBehind(stages, question, compute);
  let outputs = computed;
  for (const stage of stages.toReversed())
    if (stage.after !== undefined) outputs = await stage.after(asked, outputs);
  return outputs;
}

async function computeBehind(
  stages: readonly PredictionStage[],
  question: AskedQuestion,
  compute: (asked: AskedQuestion) => Promise<readonly Tensor[]>,
): Promise<{ readonly asked: AskedQuestion; readonly outputs: readonly Tensor[] }> {
  const passed: PredictionStage[] = [];
  let asked = question;
  try {
    for (const stage of stages) {
      if (stage.before !== undefined) asked = await stage.before(asked);
      passed.push(stage);
    }
    return { asked, outputs: await compute(asked) };
  } catch (error) {
    for (const stage of passed) stage.uncomputed?.(asked);
    throw error;
  }
}
