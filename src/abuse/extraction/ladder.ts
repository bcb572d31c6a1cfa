import type { OutputPolicy } from '../../api/index.ts';
import type { RandomSource } from './asked-row.ts';

/** What is done about a principal that seems to copy a model, from nothing to everything. */
export const LEVELS = ['observed', 'tightened', 'slowed', 'rationed', 'suspended'] as const;

export type DefenceLevel = (typeof LEVELS)[number];

/** What a level means for the next question. */
export interface Measures {
  /** Holds besides the policy of the grants; the first that fits the model's outputs. */
  readonly outputs: readonly OutputPolicy[];
  /** Answers wait for a random time of up to so long. */
  readonly maxDelayMs: number;
  /** Share of the budget that is left. */
  readonly budgetShare: number;
}

/** What is no table of scores keeps one digit where it cannot keep to the first policy. */
const ONE_DIGIT: OutputPolicy = { digits: 1 };
const LABEL: OutputPolicy = { isLabelOnly: true };

const MEASURES: Readonly<Record<DefenceLevel, Measures>> = {
  observed: { outputs: [], maxDelayMs: 0, budgetShare: 1 },
  tightened: { outputs: [{ classes: 1, digits: 1 }, ONE_DIGIT], maxDelayMs: 0, budgetShare: 1 },
  slowed: { outputs: [LABEL, ONE_DIGIT], maxDelayMs: 500, budgetShare: 1 },
  rationed: { outputs: [LABEL, ONE_DIGIT], maxDelayMs: 500, budgetShare: 0.1 },
  suspended: { outputs: [LABEL, ONE_DIGIT], maxDelayMs: 500, budgetShare: 0 },
};

export function measuresOf(level: DefenceLevel): Measures {
  return MEASURES[level];
}

/** How long an epoch lasts at least and at most: whichever of the two ends first. */
export interface EpochBounds {
  readonly ms: readonly [number, number];
  readonly rows: readonly [number, number];
}

/** As the guide says it. */
const EPOCHS: EpochBounds = { ms: [300_000, 1_800_000], rows: [200, 800] };

/** Alarms of an epoch that are needed for a step up, and the share of its windows that they must be. */
const MIN_ALARMS = 2;
const MIN_ALARM_SHARE = 0.5;
/** So many windows of an epoch, every one an alarm, are a step of two. */
const OVERWHELMING_WINDOWS = 4;

/**
 * Where one principal stands with one model. A step is taken only where an epoch ends, and when that is nobody can
 * tell from outside: an attacker who tries what is noticed and what is not gets no answer to it (Feng et al., Stateful
 * Defenses for Machine Learning Models Are Not Yet Secure Against Black-box Attacks, 2023). Nothing of an answer says
 * that a step was taken.
 */
export class Ladder {
  readonly #random: RandomSource;
  readonly #bounds: EpochBounds;
  #step = 0;
  #rows = 0;
  #windows = 0;
  #alarms = 0;
  #endsAt = 0;
  #endsAfterRows = 0;

  constructor(random: RandomSource, bounds: EpochBounds = EPOCHS) {
    this.#random = random;
    this.#bounds = bounds;
  }

  get level(): DefenceLevel {
    return LEVELS[this.#step] ?? 'suspended';
  }

  /** A window was judged at a time, milliseconds since the epoch of Unix. Says whether the level changed. */
  add({ isAlarm, rows }: { readonly isAlarm: boolean; readonly rows: number }, at: number): boolean {
    if (this.#endsAfterRows === 0) this.#begin(at);
    this.#rows += rows;
    this.#windows += 1;
    if (isAlarm) this.#alarms += 1;
    return this.#endEpoch(at);
  }

  /** Time alone: who asks nothing is not kept on a level for ever. */
  pass(at: number): boolean {
    return this.#endsAfterRows > 0 && this.#endEpoch(at);
  }

  #endEpoch(at: number): boolean {
    if (this.#rows < this.#endsAfterRows && at < this.#endsAt) return false;
    const before = this.#step;
    const isAttack = this.#alarms >= MIN_ALARMS && this.#alarms >= MIN_ALARM_SHARE * this.#windows;
    const isPlain = this.#alarms === this.#windows && this.#windows >= OVERWHELMING_WINDOWS;
    if (isAttack) this.#step = Math.min(this.#step + (isPlain ? 2 : 1), LEVELS.length - 1);
    else if (this.#alarms === 0) this.#step = Math.max(this.#step - 1, 0);
    this.#begin(at);
    return this.#step !== before;
  }

  #begin(at: number): void {
    const { ms, rows } = this.#bounds;
    [this.#rows, this.#windows, this.#alarms] = [0, 0, 0];
    this.#endsAt = at + ms[0] + this.#random() * (ms[1] - ms[0]);
    this.#endsAfterRows = rows[0] + Math.floor(this.#random() * (rows[1] - rows[0]));
  }
}
