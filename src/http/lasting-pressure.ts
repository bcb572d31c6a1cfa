import { StrongroomError } from '../errors/index.ts';

/** So many samples in a row must be bad: one long step, such as a start, is no reason to turn anybody away. */
const BAD_SAMPLES = 3;

/**
 * Turns requests away once the event loop has been late for a while. A delay that is not finite is none: the histogram
 * was empty, as it is right after the start. Throws `SERVER_BUSY`.
 */
export function lastingPressure(sampleMs: number, now: () => number): (delayMs: number | undefined) => void {
  let since = 0;
  let seen = 0;
  return (delayMs) => {
    if (!Number.isFinite(delayMs)) return;
    const at = now();
    if (at - seen > 2 * sampleMs) since = at;
    seen = at;
    if (at - since < BAD_SAMPLES * sampleMs) return;
    throw new StrongroomError('SERVER_BUSY', 'the server has more to do than it can', {
      retryAfterSeconds: 5,
    });
  };
}
