import { createSecretKey, type KeyObject } from 'node:crypto';
import { SecretBytes } from '../bytes/index.ts';

/**
 * A key imported once for many calls. Opaque; it can be posted to a worker thread as it is. The runtime offers no
 * way to wipe it, so let it go out of scope as soon as possible.
 */
export type SymmetricKey = KeyObject;

/** A key as raw bytes, as a secret, or imported. */
export type KeyInput = Uint8Array | SecretBytes | SymmetricKey;

/** Imports a key for repeated use. The caller keeps (and may wipe) the original. */
export function importKey(key: Uint8Array | SecretBytes): SymmetricKey {
  return createSecretKey(keyInput(key));
}

/** What node:crypto wants to be given for a key. */
export function keyInput<Given extends Uint8Array | KeyObject>(key: Given | SecretBytes): Given | Uint8Array {
  return key instanceof SecretBytes ? key.expose() : key;
}
