import { type Measures, priceOf, surenessOf } from '../abuse/index.ts';
import { type ModelName, type OutputPolicy, strictestOutput } from '../api/index.ts';
import type { SecretBytes, Tensor } from '../bytes/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import { applyOutputPolicy, observe } from '../inference/index.ts';
import type { Defence } from './defence.ts';
import type { AskedQuestion, PredictionStage } from './prediction-stage.ts';

export interface DefenceStageDeps {
  readonly defence: Defence;
  /** The key of a model's perturbation; the same in every process of the home. */
  readonly outputKey: (model: ModelName) => SecretBytes;
  readonly now: () => number;
  /** Over 0 to below 1. */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Stands around every prediction: takes its rows out of the budget, lets out what the grants' output policy lets out, and
 * tells the watch what was asked. What the watch makes of it comes later, on a thread of its own. The owner of a home, whom
 * nothing could hold to it, has no budget and sees everything; the watch learns from the owner's questions too.
 */
export function defenceStage(deps: DefenceStageDeps): PredictionStage {
  const { defence } = deps;
  return {
    before: async (asked) => {
      if (asked.caller.type === 'local') return asked;
      const questioner = questionerOf(asked);
      const { budgetShare } = defence.measuresFor(questioner, await defence.mode());
      defence.budgets.take(questioner, rowCountOf(asked), budgetShare);
      return asked;
    },
    uncomputed: (asked) => {
      if (asked.caller.type !== 'local') defence.budgets.giveBack(questionerOf(asked), rowCountOf(asked));
    },
    after: async (asked, outputs) => {
      const mode = await defence.mode();
      const measures = defence.measuresFor(questionerOf(asked), mode);
      const granted = asked.rights.outputOn(asked.version.model) ?? { isLabelOnly: true };
      const { policy, released } = release({ asked, outputs, granted, measures }, deps);
      if (mode !== 'off') tellWatch({ asked, outputs, policy }, deps);
      if (measures.maxDelayMs > 0) await deps.wait(deps.random() * measures.maxDelayMs);
      return released;
    },
  };
}

function questionerOf({ caller, version }: AskedQuestion) {
  return { principal: caller.id, model: version.model };
}

function rowCountOf({ inputs }: AskedQuestion): number {
  return Math.max(1, inputs[0]?.shape[0] ?? 1);
}

interface Answer {
  readonly asked: AskedQuestion;
  readonly outputs: readonly Tensor[];
  readonly granted: OutputPolicy;
  readonly measures: Measures;
}

/** The answer under the first of the measures that fits it, else under the granted policy. Throws `OUTPUT_POLICY_UNFIT`. */
function release(
  { asked, outputs, granted, measures }: Answer,
  { outputKey }: DefenceStageDeps,
): { readonly policy: OutputPolicy; readonly released: readonly Tensor[] } {
  const held = (policy: OutputPolicy): readonly Tensor[] => {
    using key = policy.perturbation === undefined ? undefined : outputKey(asked.version.model);
    return applyOutputPolicy({ policy, inputs: asked.inputs, outputs, ...(key !== undefined && { key }) });
  };
  for (const measure of measures.outputs) {
    const policy = strictestOutput([granted, measure]);
    try {
      return { policy, released: held(policy) };
    } catch (error) {
      // That a measure does not fit must not show: the next one may.
      if (!isStrongroomError(error, 'OUTPUT_POLICY_UNFIT')) throw error;
    }
  }
  return { policy: granted, released: held(granted) };
}

interface Told {
  readonly asked: AskedQuestion;
  readonly outputs: readonly Tensor[];
  readonly policy: OutputPolicy;
}

function tellWatch({ asked, outputs, policy }: Told, { defence, now }: DefenceStageDeps): void {
  const { rows, rowCount, classes } = observe(asked.inputs, outputs);
  const prices = rows.map(({ probabilities }) =>
    priceOf({ policy, classes, sureness: surenessOf(probabilities), isOutlier: false }),
  );
  // Of many rows some stand for all.
  const bits = (prices.reduce((sum, price) => sum + price, 0) * rowCount) / Math.max(1, rows.length);
  if (asked.caller.type !== 'local') defence.budgets.charge(questionerOf(asked), bits);
  defence.watch.observe({ ...questionerOf(asked), rows, at: now() });
}
