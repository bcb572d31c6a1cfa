import { StrongroomError } from '../errors/index.ts';

/** The one answer to a wrong key, passphrase or set of shares, in the same words as the container's. */
export function keyRefused(): StrongroomError {
  return new StrongroomError('KEY_REFUSED', 'the key, passphrase or access code was refused');
}
