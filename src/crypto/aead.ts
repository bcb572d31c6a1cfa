import { createCipheriv, createDecipheriv } from 'node:crypto';
import { bufferView } from '../bytes/index.ts';
import { type KeyInput, keyInput } from './symmetric-key.ts';
import { viewBytes } from './view-bytes.ts';

/** Length of a key of either cipher, in bytes. */
export const AEAD_KEY_BYTES = 32;
/** Length of a nonce of either cipher, in bytes. */
export const AEAD_IV_BYTES = 12;
/** Length of a tag of either cipher, in bytes; never shorter. */
export const AEAD_TAG_BYTES = 16;

/** Under which key, nonce and context one message stands. */
export interface AeadContext {
  /** 32 bytes; import it (`importKey`) when it is used many times. */
  readonly key: KeyInput;
  /** 12 bytes; never twice under the same key. */
  readonly iv: Uint8Array;
  /** Authenticated beside the message; empty by default. */
  readonly aad?: Uint8Array;
}

type Cipher = 'aes-256-gcm' | 'chacha20-poly1305';

/**
 * Whole turns of the cipher's inner loop (six blocks), small enough for the cache, and no multiple of a page: the
 * runtime copies every piece once, and where the copy lies a few bytes behind the original within a page, AMD's
 * `rep movsb` takes ten times as long.
 */
const PIECE_BYTES = 131_904;

// Without the explicit length a truncated tag would be accepted, so these options go into every single call.
const TAG_OPTION = { authTagLength: AEAD_TAG_BYTES } as const;

/** Encrypts with AES-256-GCM (NIST SP 800-38D). Returns ciphertext ‖ tag. */
export function gcmSeal(context: AeadContext, plaintext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES);
  sealInto('aes-256-gcm', context, { plaintext, output: sealed });
  return sealed;
}

/**
 * As `gcmSeal`, into the first `plaintext.length + 16` bytes of `output` (shared memory too), which may be the
 * memory of the plaintext itself. Returns how many bytes it wrote. Throws `RangeError` when `output` is too small.
 */
export function gcmSealInto(context: AeadContext, plaintext: Uint8Array, output: Uint8Array): number {
  return sealInto('aes-256-gcm', context, { plaintext, output });
}

/**
 * Decrypts what `gcmSeal` returned. `undefined` when the tag does not fit: wrong key, nonce or context, or changed
 * bytes. What was not authenticated is never handed out.
 */
export function gcmOpen(context: AeadContext, sealed: Uint8Array): Uint8Array | undefined {
  return open('aes-256-gcm', context, sealed);
}

/**
 * As `gcmOpen`, into the first `sealed.length - 16` bytes of `output`, which may begin at or before `sealed` in the
 * same memory. Returns whether the tag fitted; where it did not, that part of `output` is zeroed. Throws `RangeError`
 * when `output` is too small.
 */
export function gcmOpenInto(context: AeadContext, sealed: Uint8Array, output: Uint8Array): boolean {
  const plaintextBytes = sealed.length - AEAD_TAG_BYTES;
  if (plaintextBytes < 0) return false;
  if (output.length < plaintextBytes) throw new RangeError(`opening needs ${plaintextBytes} bytes of room`);
  const decipher = decipherFor('aes-256-gcm', context, plaintextBytes);
  decipher.setAuthTag(sealed.slice(plaintextBytes));
  transform(decipher, { input: sealed.subarray(0, plaintextBytes), output, isSecret: true });
  if (isAuthentic(decipher)) return true;
  output.fill(0, 0, plaintextBytes);
  return false;
}

/** Encrypts with ChaCha20-Poly1305 (RFC 8439). Returns ciphertext ‖ tag. */
export function chachaSeal(context: AeadContext, plaintext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES);
  sealInto('chacha20-poly1305', context, { plaintext, output: sealed });
  return sealed;
}

/** Decrypts what `chachaSeal` returned; `undefined` as with `gcmOpen`. */
export function chachaOpen(context: AeadContext, sealed: Uint8Array): Uint8Array | undefined {
  return open('chacha20-poly1305', context, sealed);
}

function sealInto(
  name: Cipher,
  context: AeadContext,
  { plaintext, output }: { plaintext: Uint8Array; output: Uint8Array },
): number {
  const sealedBytes = plaintext.length + AEAD_TAG_BYTES;
  if (output.length < sealedBytes) throw new RangeError(`sealing needs ${sealedBytes} bytes of room`);
  const cipher = cipherFor(name, context, plaintext.length);
  transform(cipher, { input: plaintext, output, isSecret: false });
  // Neither cipher holds bytes back: `final` only computes the tag.
  cipher.final();
  output.set(cipher.getAuthTag(), plaintext.length);
  return sealedBytes;
}

/**
 * Runs a cipher over `input` into the start of `output`, in pieces that stay in the processor's cache. The memory of
 * each piece is freed at once (and zeroed before, where it was secret): the collector counts objects rather than the
 * bytes behind them, and on a stream of segments these add up to a hundred megabytes.
 */
function transform(
  cipher: { update(bytes: Uint8Array): Buffer },
  { input, output, isSecret }: { input: Uint8Array; output: Uint8Array; isSecret: boolean },
): void {
  // A Buffer's `copy` moves memory; a typed array's `set` goes word by word where the memory is shared.
  const target = bufferView(output);
  for (let at = 0; at < input.length; at += PIECE_BYTES) {
    const piece = cipher.update(input.subarray(at, at + PIECE_BYTES));
    piece.copy(target, at);
    if (isSecret) piece.fill(0);
    const { buffer, byteLength } = piece;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
  }
}

function open(name: Cipher, context: AeadContext, sealed: Uint8Array): Uint8Array | undefined {
  const plaintextBytes = sealed.length - AEAD_TAG_BYTES;
  if (plaintextBytes < 0) return undefined;
  const decipher = decipherFor(name, context, plaintextBytes);
  decipher.setAuthTag(sealed.subarray(plaintextBytes));
  const plaintext = decipher.update(sealed.subarray(0, plaintextBytes));
  if (!isAuthentic(decipher)) {
    plaintext.fill(0);
    return undefined;
  }
  return viewBytes(plaintext);
}

function isAuthentic(decipher: { final(): unknown }): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    // With the parameters checked beforehand, a wrong tag is the only thing that `final` can object to.
    return false;
  }
}

// Both ciphers have the same calls; the runtime's types only know that of one name at a time, hence the two casts.
function cipherFor(name: Cipher, context: AeadContext, plaintextLength: number) {
  const { aad } = context;
  const cipher = createCipheriv(
    name as 'aes-256-gcm',
    keyInput(context.key),
    checkedIv(context.iv),
    TAG_OPTION,
  );
  if (aad !== undefined) cipher.setAAD(aad, { plaintextLength });
  return cipher;
}

function decipherFor(name: Cipher, context: AeadContext, plaintextLength: number) {
  const { aad } = context;
  const decipher = createDecipheriv(
    name as 'aes-256-gcm',
    keyInput(context.key),
    checkedIv(context.iv),
    TAG_OPTION,
  );
  if (aad !== undefined) decipher.setAAD(aad, { plaintextLength });
  return decipher;
}

function checkedIv(iv: Uint8Array): Uint8Array {
  // GCM takes any length and weakens itself quietly with all but this one.
  if (iv.length !== AEAD_IV_BYTES)
    throw new RangeError(`a nonce has ${AEAD_IV_BYTES} bytes, not ${iv.length}`);
  return iv;
}
