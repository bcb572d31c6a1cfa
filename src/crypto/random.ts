import { randomFillSync } from 'node:crypto';
import { SecretBytes } from '../bytes/index.ts';

/** Length of an id before encoding, in bytes. */
export const ID_BYTES = 16;

/** `length` bytes from the operating system's generator, in memory of their own. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return randomFillSync(new Uint8Array(length));
}

/** Fills a view (of shared memory too) with random bytes; saves a copy on hot paths. */
export function fillRandom(view: Uint8Array): void {
  randomFillSync(view);
}

/** A new secret key of `length` bytes. */
export function randomSecret(length: number): SecretBytes {
  return SecretBytes.take(randomBytes(length));
}

/** A fresh id: 16 random bytes as base64url, 22 characters. */
export function randomId(): string {
  if (pool.at === pool.bytes.length) {
    randomFillSync(pool.bytes);
    pool.at = 0;
  }
  const from = pool.at;
  pool.at += ID_BYTES;
  return pool.bytes.toString('base64url', from, pool.at);
}

/** Bytes of ids to come, fetched many at a time: a server makes one for every request. Secrets never come from here. */
const pool = { bytes: Buffer.alloc(256 * ID_BYTES), at: 256 * ID_BYTES };

/** A number over 0 to below 1 (32 bits) that nobody outside can foresee. */
export function randomShare(): number {
  if (shares.at === shares.words.length) {
    randomFillSync(shares.words);
    shares.at = 0;
  }
  return (shares.words[shares.at++] ?? 0) / 2 ** 32;
}

const SHARES = 1024;
const shares = { words: new Uint32Array(SHARES), at: SHARES };
