import type { Lockdown } from '../access/index.ts';
import type { Version } from '../api/index.ts';
import { isStrongroomError, toStrongroomError } from '../errors/index.ts';
import { type LoadedModel, type PoolOptions, SessionPool } from '../inference/index.ts';
import { CanaryTrials } from './canary-trials.ts';
import type { PredictionStage } from './prediction-stage.ts';
import { RolloutRouter } from './rollout-router.ts';
import type { Rollouts } from './rollouts.ts';
import { ServingDecisions, type ServingDecisionsDeps } from './serving-decisions.ts';

/** How long a model stays in memory after it may not be served any more, at most; nobody gets an answer meanwhile. */
const SWEEP_MS = 1000;

export interface PredictionsOptions extends PoolOptions {
  readonly stages: readonly PredictionStage[];
}

export interface PredictionsDeps extends ServingDecisionsDeps {
  readonly lockdown: Pick<Lockdown, 'assertMay'>;
  readonly rollouts: Pick<Rollouts, 'find'>;
}

/** The models that are in memory, which of them may be, and what stands around every prediction. */
export class Predictions {
  readonly decisions: ServingDecisions;
  readonly pool: SessionPool;
  readonly router: RolloutRouter;
  readonly trials = new CanaryTrials();
  readonly stages: readonly PredictionStage[];
  readonly #lockdown: PredictionsDeps['lockdown'];
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(deps: PredictionsDeps, options: PredictionsOptions) {
    this.decisions = new ServingDecisions(deps);
    this.pool = new SessionPool(options);
    this.router = new RolloutRouter(deps.rollouts);
    this.stages = options.stages;
    this.#lockdown = deps.lockdown;
    this.#timer = setInterval(() => {
      this.sweepSoon();
    }, SWEEP_MS);
    this.#timer.unref();
  }

  /** Unloads what may not be served any more: quarantined, withdrawn, removed, refused by policy, or all in a lockdown. */
  sweepSoon(): void {
    this.#sweeping = this.#sweeping.then(() => this.#sweep());
  }

  async #sweep(): Promise<void> {
    for (const loaded of this.pool.loaded()) {
      if (!(await this.#mayStay(loaded))) await this.pool.unload(loaded.key);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
    await this.pool.close();
  }

  async #mayStay({ key, model, version }: LoadedModel): Promise<boolean> {
    try {
      await this.#lockdown.assertMay('model:predict');
      return servedKey(await this.decisions.decide({ model, version })) === key;
    } catch (error) {
      // A catalogue that cannot be asked says nothing against it; nobody is answered before it says yes.
      return toStrongroomError(error).kind === 'unavailable' && !isStrongroomError(error, 'LOCKED_DOWN');
    }
  }
}

/** `acme/churn@3`. */
export function servedName({ model, version }: Pick<Version, 'model' | 'version'>): string {
  return `${model}@${version}`;
}

/** Names a version together with its content: a number that was given anew is another one. */
export function servedKey(version: Pick<Version, 'model' | 'version' | 'digest' | 'createdAt'>): string {
  return `${servedName(version)} ${version.digest} ${version.createdAt}`;
}
