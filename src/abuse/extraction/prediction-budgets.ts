import { StrongroomError } from '../../errors/index.ts';
import { SlidingSum } from './sliding-sum.ts';

/** What one principal may ask of one model; 0 is without a limit. */
export interface BudgetLimits {
  readonly rowsPerDay: number;
  readonly rowsPerMonth: number;
  readonly bitsPerDay: number;
}

/** Who asks what. */
export interface BudgetKey {
  readonly principal: string;
  readonly model: string;
}

/** What was used of a budget. */
export interface BudgetUse {
  readonly rowsToday: number;
  readonly rowsThisMonth: number;
  readonly bitsToday: number;
}

export interface PredictionBudgetsOptions extends BudgetLimits {
  readonly maxKeys: number;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;

/**
 * The budgets of rows and of information, per principal and model, over the last day and the last thirty days. Rows are
 * taken before the question is put, all or none, so that parallel questions cannot slip past each other; information is
 * charged after the answer, so the last one may go over.
 */
export class PredictionBudgets {
  readonly #options: PredictionBudgetsOptions;
  readonly #day: SlidingSum;
  readonly #month: SlidingSum;
  readonly #bits: SlidingSum;

  constructor(options: PredictionBudgetsOptions) {
    this.#options = options;
    const { maxKeys } = options;
    this.#day = new SlidingSum({ periodMs: DAY_MS, maxKeys });
    this.#month = new SlidingSum({ periodMs: MONTH_MS, maxKeys });
    this.#bits = new SlidingSum({ periodMs: DAY_MS, maxKeys });
  }

  /** Takes rows out of the budget, of which `share` is left. Throws `PREDICTION_BUDGET` with how long to wait. */
  take(key: BudgetKey, rows: number, share = 1): void {
    const now = this.#options.now();
    const name = nameOf(key);
    const { rowsPerDay, rowsPerMonth, bitsPerDay } = this.#options;
    const waits = [
      waitFor(this.#day, { name, limit: rowsPerDay, share, rows }, now),
      waitFor(this.#month, { name, limit: rowsPerMonth, share, rows }, now),
      waitFor(this.#bits, { name, limit: bitsPerDay, share, rows: 0 }, now),
    ];
    const waitMs = Math.max(...waits, share <= 0 ? SUSPENDED_MS : 0);
    if (waitMs > 0) {
      throw new StrongroomError('PREDICTION_BUDGET', `the budget of ${key.model} is used up`, {
        retryAfterSeconds: Math.ceil(Math.min(waitMs, MONTH_MS) / 1000),
      });
    }
    this.#day.add(name, rows, now);
    this.#month.add(name, rows, now);
  }

  /** Gives rows back that were taken for a question which was not answered. */
  giveBack(key: BudgetKey, rows: number): void {
    const now = this.#options.now();
    this.#day.add(nameOf(key), -rows, now);
    this.#month.add(nameOf(key), -rows, now);
  }

  /** Charges what an answer gave away, in bits. */
  charge(key: BudgetKey, bits: number): void {
    this.#bits.add(nameOf(key), bits, this.#options.now());
  }

  use(key: BudgetKey): BudgetUse {
    const now = this.#options.now();
    const name = nameOf(key);
    return {
      rowsToday: Math.round(this.#day.sum(name, now)),
      rowsThisMonth: Math.round(this.#month.sum(name, now)),
      bitsToday: Math.round(this.#bits.sum(name, now)),
    };
  }

  /** Gives a principal a fresh budget. */
  forget(key: BudgetKey): void {
    for (const sums of [this.#day, this.#month, this.#bits]) sums.forget(nameOf(key));
  }
}

/** How long somebody who is suspended is told to wait: as long as anybody whose day is used up. */
const SUSPENDED_MS = DAY_MS / 2;

interface Demand {
  readonly name: string;
  readonly limit: number;
  readonly share: number;
  readonly rows: number;
}

function waitFor(sums: SlidingSum, { name, limit, share, rows }: Demand, now: number): number {
  if (limit === 0) return 0;
  const left = limit * share - rows;
  // Information counts once it is used up, rows before they are.
  const target = rows === 0 ? left * (1 - Number.EPSILON) : left;
  return target < 0 ? MONTH_MS : sums.waitFor(name, target, now);
}

function nameOf({ principal, model }: BudgetKey): string {
  return `${principal} ${model}`;
}
