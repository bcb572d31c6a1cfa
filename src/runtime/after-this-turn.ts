/**
 * Runs `work` when the process has dealt with all that was waiting for it, and before it waits for more: within one such
 * turn, what was read from outside once can serve all who ask.
 */
export function afterThisTurn(work: () => void): void {
  setImmediate(work);
}
