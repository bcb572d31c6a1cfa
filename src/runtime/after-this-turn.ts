/**
 * Runs `work` when everything that the current event of the process set off has run, and before the next event is
 * looked at: what was read from outside in between cannot be newer than the event.
 */
export function afterThisTurn(work: () => void): void {
  // Ticks come before the promises that are due, and again after the last of them.
  process.nextTick(() => queueMicrotask(() => process.nextTick(work)));
}
