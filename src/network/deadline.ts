import { setTimeout as wait } from 'node:timers/promises';
import { StrongroomError } from '../errors/index.ts';

/** How long work may take, who may stop it, and what to say when it took too long. */
export interface Deadline {
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
  readonly late: () => StrongroomError;
}

/** What to do with a result that nobody waits for any more. */
export type Release<T> = (unwanted: T) => void;

/**
 * Runs work that gives up when its signal is aborted. Rejects with `late()` when the time is over and with `ABORTED`
 * when somebody asked to stop, at once and whatever the work does then.
 */
export async function within<T>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
  release: Release<T>,
): Promise<T> {
  if (deadline.signal?.aborted === true) throw stopped(deadline.signal);
  const controller = new AbortController();
  const stop = (): void => controller.abort(deadline.signal && stopped(deadline.signal));
  const timer = setTimeout(() => controller.abort(deadline.late()), Math.max(0, deadline.ms));
  deadline.signal?.addEventListener('abort', stop, { once: true });
  const result = work(controller.signal);
  try {
    return await Promise.race([result, whenAborted(controller.signal)]);
  } catch (error) {
    // The race is told why; a failure after that would say the same.
    result.then(release, () => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    deadline.signal?.removeEventListener('abort', stop);
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as StrongroomError), { once: true });
  });
}

/** Waits; ends early, rejecting as `stopped` says, when somebody asks to stop. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch {
    // The only way for a wait to fail is its signal, which holds the better reason.
    throw stopped(signal);
  }
}

/** What an aborted signal means: a deadline of ours in its own words, anything else `ABORTED`. */
export function stopped(signal: AbortSignal): StrongroomError {
  const cause: unknown = signal.reason;
  return cause instanceof StrongroomError && cause.code !== 'ABORTED'
    ? cause
    : new StrongroomError('ABORTED', 'stopped on request', { cause });
}
