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

/**
 * The generic cell rate algorithm (ITU-T I.371): one number of state, exact waits, no windows to straddle. `emptyAt` is
 * what the last decision said to keep; absent: nothing happened lately. What is refused costs nothing.
 */
export function decideRate(rate: Rate, now: number, emptyAt: number | undefined): RateDecision {
  const intervalMs = rate.periodMs / rate.limit;
  const capacityMs = intervalMs * rate.burst;
  const filledUntil = Math.max(emptyAt ?? 0, now);
  const next = filledUntil + intervalMs;
  const allowedAt = next - capacityMs;
  if (now < allowedAt) {
    return { isAllowed: false, emptyAt: filledUntil, retryAfterMs: allowedAt - now, remaining: 0 };
  }
  const remaining = Math.floor((now + capacityMs - next) / intervalMs);
  return { isAllowed: true, emptyAt: next, retryAfterMs: 0, remaining };
}
