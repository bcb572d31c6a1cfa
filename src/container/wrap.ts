import type { SecretBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { floeOpen, floeSeal } from './floe-whole.ts';
import { SMALL_SEGMENT_BYTES } from './limits.ts';

/**
 * Encrypts a key or another small secret under a key: FLOE with segments of 4 KiB, so it commits to the key and
 * needs no nonce bookkeeping. `aad` says what the secret is and where it belongs.
 */
export function wrapSecret(key: SecretBytes, secret: Uint8Array, aad: Uint8Array): Uint8Array {
  return floeSeal({ key, aad, segmentBytes: SMALL_SEGMENT_BYTES }, secret);
}

/** What `wrapSecret` wrapped; `undefined` for a wrong key, another `aad`, or changed bytes. To be wiped by the caller. */
export function unwrapSecret(key: SecretBytes, wrapped: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
  return floeOpen({ key, aad, segmentBytes: SMALL_SEGMENT_BYTES }, wrapped);
}

/** The one answer to a key, a passphrase or an access code that does not open: it never says which was wrong. */
export function keyRefused(): StrongroomError {
  return new StrongroomError('KEY_REFUSED', 'the key, passphrase or access code was refused');
}
