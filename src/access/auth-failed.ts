import { StrongroomError } from '../errors/index.ts';

/**
 * The one answer to whatever did not prove who is asking: wrong, expired, revoked, disabled and unknown look alike. The
 * cause is for the log only.
 */
export function authFailed(cause?: unknown): StrongroomError {
  return new StrongroomError(
    'AUTH_FAILED',
    'who is asking could not be proven',
    cause === undefined ? {} : { cause },
  );
}
