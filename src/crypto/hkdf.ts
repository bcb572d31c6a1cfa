import { SecretBytes } from '../bytes/index.ts';
import { HASH_BYTES } from './hash.ts';
import { hmac, type MacHash } from './hmac.ts';
import { importKey, type KeyInput, type SymmetricKey } from './symmetric-key.ts';

/** What a derived key is for; distinct purposes must have distinct `info`. */
export interface HkdfPurpose {
  /** Context and label; need not be secret. */
  readonly info: Uint8Array;
  /** Bytes wanted, at most 255 times the digest's length. */
  readonly length: number;
}

/**
 * HKDF-Expand (RFC 5869 §2.3) alone, for a key that is already uniformly random; the runtime's own HKDF always
 * extracts first. Throws `RangeError` when more is asked for than the RFC allows.
 */
export function hkdfExpand(name: MacHash, key: KeyInput, purpose: HkdfPurpose): Uint8Array {
  const { info, length } = purpose;
  const blockBytes = HASH_BYTES[name];
  if (!Number.isSafeInteger(length) || length < 0 || length > 255 * blockBytes) {
    throw new RangeError(`HKDF with ${name} gives at most ${255 * blockBytes} bytes`);
  }
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += blockBytes, counter++) {
    const next = hmac(name, key, block, info, Uint8Array.of(counter));
    block.fill(0);
    block = next;
    output.set(block.subarray(0, Math.min(blockBytes, length - at)), at);
  }
  block.fill(0);
  return output;
}

/** HKDF-Extract (RFC 5869 §2.2): concentrates keying material into one uniformly random key. */
export function hkdfExtract(name: MacHash, salt: Uint8Array, keyingMaterial: Uint8Array): Uint8Array {
  // HMAC pads its key with zeros, so an empty salt is the same as the RFC's default of HashLen zeros.
  return hmac(name, salt, keyingMaterial);
}

/** Full HKDF (RFC 5869): extract, then expand. */
export function hkdf(
  name: MacHash,
  source: { readonly keyingMaterial: Uint8Array | SecretBytes; readonly salt?: Uint8Array },
  purpose: HkdfPurpose,
): Uint8Array {
  const { keyingMaterial, salt = new Uint8Array(0) } = source;
  const material = keyingMaterial instanceof SecretBytes ? keyingMaterial.expose() : keyingMaterial;
  const key = hkdfExtract(name, salt, material);
  try {
    return hkdfExpand(name, key, purpose);
  } finally {
    key.fill(0);
  }
}

/** As `hkdfExpand`, straight into an imported key. */
export function deriveKey(name: MacHash, key: KeyInput, purpose: HkdfPurpose): SymmetricKey {
  const derived = hkdfExpand(name, key, purpose);
  try {
    return importKey(derived);
  } finally {
    derived.fill(0);
  }
}
