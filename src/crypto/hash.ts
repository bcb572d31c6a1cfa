import { createHash, type Hash, hash as hashAtOnce } from 'node:crypto';
import { viewBytes } from './view-bytes.ts';

/** Digests we compute. `sha1` only ever compares with what a foreign file format states; it protects nothing. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sha3-256';

/** Length of each digest in bytes. */
export const HASH_BYTES = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha3-256': 32,
} as const satisfies Record<HashName, number>;

/** Up to so many bytes are copied into one piece and hashed by one call. */
const MAX_AT_ONCE = 4096;

/** A digest taken over bytes that come piece by piece. */
export interface Hasher {
  /** Adds bytes (views of shared memory too); they may be reused as soon as it returns. */
  update(bytes: Uint8Array): Hasher;
  /** The digest. Ends the hasher: another `update` or `digest` throws. */
  digest(): Uint8Array;
}

/** Starts a digest over a stream of bytes. */
export function createHasher(name: HashName): Hasher {
  return new OpenSslHasher(createHash(name));
}

class OpenSslHasher implements Hasher {
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  digest(): Uint8Array {
    return viewBytes(this.#hash.digest());
  }
}

/** The digest of the given bytes, one part after the other. */
export function hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  // A few hundred bytes at a time, as trees and chains have them, cost more in the calls than in the hashing.
  if (length <= MAX_AT_ONCE) return viewBytes(hashAtOnce(name, Buffer.concat(parts, length), 'buffer'));
  const running = createHash(name);
  for (const part of parts) running.update(part);
  return viewBytes(running.digest());
}

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha256', ...parts);
}

/** SHA-256 (FIPS 180-4) of bytes, or of a text as UTF-8, as base64url (RFC 4648 §5): a name for what is the same. */
export function sha256Name(content: Uint8Array | string): string {
  return hashAtOnce('sha256', content, 'base64url');
}

/** SHA-384 (FIPS 180-4), 48 bytes. */
export function sha384(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha384', ...parts);
}

/** SHA-512 (FIPS 180-4), 64 bytes. */
export function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha512', ...parts);
}
