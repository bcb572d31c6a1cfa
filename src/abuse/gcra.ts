/** How many of something may happen: `limit` in `periodMs`, evenly, with up to `burst` at once. */
export interface Rate {
  readonly limit: number;
  readonly periodMs: number;
  readonly burst: number;
}

export interface RateDecision {
  readonly isAllowed: boolean;
  /** The state to keep: when the bucket is empty again, in milliseconds since the epoch. */
  readonly emptyAt: number;
  /** Until the next one is allowed; 0 when this one is. */
  readonly retryAfterMs: number;
  /** How many more would be allowed now. */
  readonly remaining: number;
}

/** What stands in a bucket, and how much is to be added. */
export interface RateQuestion {
  /** What the last decision said to keep; absent: nothing happened lately. */
  readonly emptyAt: number | undefined;
  /** How many it counts as; at most the burst, or it never passes. */
  readonly cost: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371): one number of state, exact waits, no windows to straddle. What is
 * refused costs nothing.
 */
export function decideRate(rate: Rate, now: number, { emptyAt, cost }: RateQuestion): RateDecision {
  const intervalMs = rate.periodMs / rate.limit;
  const capacityMs = intervalMs * rate.burst;
  const filledUntil = Math.max(emptyAt ?? 0, now);
  const next = filledUntil + intervalMs * cost;
  const allowedAt = next - capacityMs;
  const leftAt = (until: number) => Math.max(0, Math.floor((now + capacityMs - until) / intervalMs));
  if (now < allowedAt) {
    return {
      isAllowed: false,
      emptyAt: filledUntil,
      retryAfterMs: allowedAt - now,
      remaining: leftAt(filledUntil),
    };
  }
  return { isAllowed: true, emptyAt: next, retryAfterMs: 0, remaining: leftAt(next) };
}
