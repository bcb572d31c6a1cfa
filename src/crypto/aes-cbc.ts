import { createDecipheriv } from 'node:crypto';
import type { SecretBytes } from '../bytes/index.ts';
import { keyInput } from './symmetric-key.ts';
import { viewBytes } from './view-bytes.ts';

/** Length of an AES block, of the key and of the IV used here, in bytes. */
const BLOCK_BYTES = 16;

/** Under which key and IV one AES-128-CBC message stands. */
export interface CbcContext {
  /** 16 bytes. */
  readonly key: Uint8Array | SecretBytes;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/**
 * Decrypts AES-128-CBC with PKCS #7 padding (RFC 5652 §6.3), for reading Fernet tokens. `undefined` when length or
 * padding is wrong. CBC authenticates nothing: verify the token's HMAC first, or this becomes a padding oracle.
 */
export function cbcOpen(context: CbcContext, ciphertext: Uint8Array): Uint8Array | undefined {
  if (ciphertext.length === 0 || ciphertext.length % BLOCK_BYTES !== 0) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', keyInput(context.key), context.iv);
  decipher.setAutoPadding(false);
  const padded = decipher.update(ciphertext);
  decipher.final();
  const plaintextBytes = unpaddedLength(padded);
  if (plaintextBytes === undefined) padded.fill(0);
  return plaintextBytes === undefined ? undefined : viewBytes(padded.subarray(0, plaintextBytes));
}

function unpaddedLength(padded: Uint8Array): number | undefined {
  const padBytes = padded.at(-1) ?? 0;
  const isWellFormed =
    padBytes >= 1 && padBytes <= BLOCK_BYTES && padded.subarray(-padBytes).every((byte) => byte === padBytes);
  return isWellFormed ? padded.length - padBytes : undefined;
}
