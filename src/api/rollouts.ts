import type { AliasName, ModelName } from './names.ts';

/** A version that answers a part of the questions to an alias. */
export interface Canary {
  readonly version: number;
  /** Of 100 questions so many. */
  readonly percent: number;
}

/** How alike the answers of an alias's version and of its shadow were, since this process began. */
export interface Agreement {
  /** Version that answered, and the one that was asked beside it. */
  readonly version: number;
  readonly shadow: number;
  /** Questions that both answered; `skipped` the shadow was too slow for, `failed` it could not answer. */
  readonly compared: number;
  readonly skipped: number;
  readonly failed: number;
  /** Rows, and those whose label (or largest score) was the same. */
  readonly rows: number;
  readonly agreed: number;
  /** Mean distance of the scores, and the largest. */
  readonly meanDistance: number;
  readonly maxDistance: number;
}

/** What became of the questions whose turn a canary had, since this process began. */
export interface CanaryCounts {
  readonly version: number;
  readonly answered: number;
  /** Questions that it could not answer or may not be served for: the version of the alias was asked in its place. */
  readonly failed: number;
  /** Questions that it was not asked, because it takes or gives something else than the version of the alias. */
  readonly unfit: number;
  /** What it failed with last. */
  readonly lastCode?: string;
}

/** How the questions to an alias are spread over versions. */
export interface Rollout {
  readonly model: ModelName;
  readonly alias: AliasName;
  /** What the alias names. */
  readonly version: number;
  readonly canary?: Canary;
  /** Asked beside it, never answered from. */
  readonly shadow?: number;
  /** Where `rollback` goes once canary and shadow are over. */
  readonly previous?: number;
  /** Of the canary, where this process asked it anything. */
  readonly trial?: CanaryCounts;
  /** Of the shadow, where this process compared anything. */
  readonly agreement?: Agreement;
}

/** Which alias. */
export interface RolloutPlace {
  readonly model: ModelName;
  readonly alias: AliasName;
}

/** How new versions come to be used: beside the old one, for some questions, then for all, and back. */
export interface RolloutsApi {
  get(input: RolloutPlace): Promise<Rollout>;
  /** Says which version answers a part of the questions, and which one is only compared. What is not named ends. */
  set(input: RolloutPlace & { readonly canary?: Canary; readonly shadow?: number }): Promise<Rollout>;
  /** Makes the canary what the alias names. Throws `ROLLOUT_MISSING` where there is none. */
  promote(input: RolloutPlace): Promise<Rollout>;
  /**
   * Ends canary and shadow; where there is neither, the alias goes back to what it named before the last `promote`.
   * Throws `ROLLOUT_MISSING` where there is nothing to go back from.
   */
  rollback(input: RolloutPlace): Promise<Rollout>;
}
