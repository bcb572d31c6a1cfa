import { randomFillSync } from 'node:crypto';
import { SecretBytes, toBase64Url } from '../bytes/index.ts';

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
  return toBase64Url(randomBytes(ID_BYTES));
}
