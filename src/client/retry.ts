import { setTimeout as wait } from 'node:timers/promises';
import { type ErrorCode, isStrongroomError, StrongroomError } from '../errors/index.ts';

/** Tries after the first one. */
const MAX_RETRIES = 4;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/** A server that asks for a longer pause is not waited for. */
const LONGEST_WISH_SECONDS = 30;

/** Failures that another try may not meet again. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'NETWORK_CUT',
  'NETWORK_TIMEOUT',
  'NETWORK_UNREACHABLE',
  'NETWORK_NAME_UNKNOWN',
  'NETWORK_BUSY',
  'NETWORK_STALLED',
]);

/** Whether another try may help: so it is where the server says when. */
export function isPassing(error: unknown): error is StrongroomError {
  if (!isStrongroomError(error)) return false;
  return PASSING.has(error.code) || error.retryAfterSeconds !== undefined;
}

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** A number from 0 to 1, so that many clients do not come back in one instant. */
  readonly chance: () => number;
  /** Whether this failure leaves the work such that it may be done again. */
  readonly isRepeated: (error: unknown) => boolean;
}

/**
 * Runs work that may be done twice without harm until it succeeds, fails for good, or was tried often enough. A
 * `Retry-After` of the server is kept. Throws what the last try threw, `ABORTED`.
 */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_RETRIES || !isPassing(error) || !isWorthIt(error) || !options.isRepeated(error))
        throw error;
      await pause(pauseMs(error, tries, options.chance()), options.signal);
    }
  }
}

function isWorthIt({ retryAfterSeconds }: StrongroomError): boolean {
  return retryAfterSeconds === undefined || retryAfterSeconds <= LONGEST_WISH_SECONDS;
}

function pauseMs({ retryAfterSeconds }: StrongroomError, tries: number, chance: number): number {
  const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + chance / 2);
  return Math.max(own, (retryAfterSeconds ?? 0) * 1000);
}

/** Waits. Throws `ABORTED`. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    throw new StrongroomError('ABORTED', 'stopped on request', { cause });
  }
}
