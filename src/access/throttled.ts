import { StrongroomError } from '../errors/index.ts';

/** Too many attempts: says when the next one is taken. */
export function throttled(retryAfterMs: number): StrongroomError {
  return new StrongroomError('AUTH_THROTTLED', 'too many attempts', {
    retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
  });
}
