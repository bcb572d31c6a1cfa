import type { CanaryCounts, RolloutPlace } from '../api/index.ts';
import type { ErrorCode } from '../errors/index.ts';

/** Aliases that something is counted of. */
const MAX_COUNTED = 1000;

/** What became of a question whose turn a canary had. */
export type CanaryOutcome = 'answered' | 'failed' | 'unfit';

/** A canary of an alias. */
export interface TriedCanary extends RolloutPlace {
  readonly version: number;
}

interface Trial {
  readonly place: RolloutPlace;
  counts: CanaryCounts;
  /** What it has failed with so far. */
  readonly codes: Set<ErrorCode>;
}

/** Counts what became of the questions whose turn canaries had, in this process. */
export class CanaryTrials {
  readonly #trials = new Map<string, Trial>();

  note(canary: TriedCanary, outcome: Exclude<CanaryOutcome, 'failed'>): void {
    this.#count(this.#trialOf(canary), outcome);
  }

  /** Answers whether this version has not failed in this way before. */
  noteFailure(canary: TriedCanary, code: ErrorCode): boolean {
    const trial = this.#trialOf(canary);
    this.#count(trial, 'failed');
    trial.counts = { ...trial.counts, lastCode: code };
    const isNew = !trial.codes.has(code);
    trial.codes.add(code);
    return isNew;
  }

  find(place: RolloutPlace): CanaryCounts | undefined {
    return this.#trials.get(idOf(place))?.counts;
  }

  list(): readonly (RolloutPlace & CanaryCounts)[] {
    return [...this.#trials.values()].map(({ place, counts }) => ({ ...place, ...counts }));
  }

  #count(trial: Trial, outcome: CanaryOutcome): void {
    trial.counts = { ...trial.counts, [outcome]: trial.counts[outcome] + 1 };
  }

  #trialOf({ model, alias, version }: TriedCanary): Trial {
    const id = idOf({ model, alias });
    const known = this.#trials.get(id);
    // Another version is another trial.
    if (known?.counts.version === version) return known;
    if (this.#trials.size >= MAX_COUNTED) this.#trials.clear();
    const counts = { version, answered: 0, failed: 0, unfit: 0 };
    const trial: Trial = { place: { model, alias }, counts, codes: new Set() };
    this.#trials.set(id, trial);
    return trial;
  }
}

function idOf({ model, alias }: RolloutPlace): string {
  return `${model}:${alias}`;
}
