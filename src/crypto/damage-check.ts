import { createCipheriv } from 'node:crypto';
import { AEAD_IV_BYTES, AEAD_KEY_BYTES, AEAD_TAG_BYTES } from './aead.ts';
import { createHasher, type Hasher } from './hash.ts';
import { viewBytes } from './view-bytes.ts';

/** Bytes of a piece that gets a tag of its own. */
const PIECE_BYTES = 262_144;

// Everybody may know both: the tags are checksums of 128 bits, not authenticators.
const KEY = new Uint8Array(AEAD_KEY_BYTES);
const IV = new Uint8Array(AEAD_IV_BYTES);

/**
 * A check sum of 32 bytes at a tenth of the price of a cryptographic hash: SHA-256 over the GMAC tags (NIST SP
 * 800-38D, key and nonce of zeros) of the pieces of 256 KiB. It finds every accident; it does not bind an adversary,
 * who can make other bytes with the same sum.
 */
export function createDamageCheck(): Hasher {
  return new GmacDamageCheck();
}

class GmacDamageCheck implements Hasher {
  readonly #tags = createHasher('sha256');
  #piece: ReturnType<typeof startPiece> | undefined;
  #filled = 0;

  update(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + PIECE_BYTES - this.#filled);
      this.#piece ??= startPiece();
      this.#piece.setAAD(part);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PIECE_BYTES) this.#endPiece();
    }
    return this;
  }

  digest(): Uint8Array {
    this.#endPiece();
    return this.#tags.digest();
  }

  #endPiece(): void {
    if (this.#piece === undefined) return;
    this.#piece.final();
    this.#tags.update(viewBytes(this.#piece.getAuthTag()));
    this.#piece = undefined;
    this.#filled = 0;
  }
}

function startPiece() {
  return createCipheriv('aes-256-gcm', KEY, IV, { authTagLength: AEAD_TAG_BYTES });
}
