import { fromBase64Url, SecretBytes, toBase64Url } from '../bytes/index.ts';
import { unwrapSecret, wrapSecret } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Seals small secrets for the catalogue. */
export interface SecretBox {
  /** Base64url. `aad` says what it is and whose. */
  seal(secret: Uint8Array, aad: Uint8Array): string;
  /** What `seal` sealed, to be wiped by the caller. Throws `CATALOGUE_DAMAGED`. */
  open(sealed: string, aad: Uint8Array): SecretBytes;
}

/** A box under a key of the keyring; the key is made for every use and wiped after it. */
export function createSecretBox(deriveKey: () => SecretBytes): SecretBox {
  return {
    seal(secret, aad) {
      using key = deriveKey();
      return toBase64Url(wrapSecret(key, secret, aad));
    },
    open(sealed, aad) {
      using key = deriveKey();
      const bytes = fromBase64Url(sealed);
      const secret = bytes && unwrapSecret(key, bytes, aad);
      if (secret === undefined)
        throw new StrongroomError('CATALOGUE_DAMAGED', 'a sealed secret in the catalogue does not open');
      return SecretBytes.take(secret);
    },
  };
}
