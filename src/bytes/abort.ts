import { StrongroomError } from '../errors/index.ts';

/** Throws `ABORTED` when somebody asked to stop: what every long loop calls once a round. */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new StrongroomError('ABORTED', 'stopped on request', { cause: signal.reason });
  }
}
