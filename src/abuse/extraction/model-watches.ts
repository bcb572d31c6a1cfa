import type { LearningDeps } from './calibration.ts';
import { ModelWatch } from './model-watch.ts';
import type { Judgement, Observation, RowJudge, SeenWindow, WatchedModel } from './row-judge.ts';

/** How much is remembered, of how many. */
export interface WatchBounds {
  /** Rows of traffic that a model learns from; 200 to 2,000. */
  readonly learningRows: number;
  readonly maxModels: number;
  /** Principals of one model whose rows are remembered. */
  readonly maxProfiles: number;
}

/** The watches of all models; of more than there is room for, those that were asked longest ago go. */
export class ModelWatches implements RowJudge {
  readonly #options: WatchBounds & LearningDeps;
  /** The order is the order of use. */
  readonly #models = new Map<string, ModelWatch>();
  readonly #forgotten = new Set<string>();

  constructor(options: WatchBounds & LearningDeps) {
    this.#options = options;
  }

  async look(observations: readonly Observation[]): Promise<Judgement> {
    const windows: SeenWindow[] = [];
    const problems: unknown[] = [];
    for (const observation of observations) {
      try {
        windows.push(...(await lookAt(this.#watchOf(observation.model), observation)));
      } catch (error) {
        problems.push(error);
      }
    }
    const forgotten = [...this.#forgotten];
    this.#forgotten.clear();
    const asked = new Set(observations.map(({ model }) => model));
    const models = [...this.#models].filter(([model]) => asked.has(model));
    return { windows, problems, forgotten, models: models.map(([model, watch]) => stateOf(model, watch)) };
  }

  relearn(model: string, from?: string): void {
    this.#models.delete(model);
    this.#watchOf(model).learnsFrom = from;
  }

  close(): Promise<void> {
    this.#models.clear();
    return Promise.resolve();
  }

  #watchOf(model: string): ModelWatch {
    const watch = this.#models.get(model) ?? new ModelWatch(this.#options);
    this.#models.delete(model);
    this.#models.set(model, watch);
    this.#forgotten.delete(model);
    const oldest = this.#models.keys().next().value;
    if (this.#models.size > this.#options.maxModels && oldest !== undefined) {
      this.#models.delete(oldest);
      this.#forgotten.add(oldest);
    }
    return watch;
  }
}

async function lookAt(
  watch: ModelWatch,
  { model, principal, rows, at }: Observation,
): Promise<readonly SeenWindow[]> {
  const windows = rows.flatMap((row) =>
    watch.add(principal, row, at).map((window): SeenWindow => ({ ...window, model, at })),
  );
  if (watch.isReadyToLearn) await watch.learn();
  return windows;
}

function stateOf(model: string, { isCalibrated, learntRows, learnsFrom }: ModelWatch): WatchedModel {
  return {
    ...{ model, isCalibrated, learntRows },
    ...(learnsFrom !== undefined && !isCalibrated && { learnsFrom }),
  };
}
