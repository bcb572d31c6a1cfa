import { type ByteSource, uintBytes, utf8Bytes } from '../../bytes/index.ts';
import { chachaOpen, chachaSeal, hkdf, importKey, type SymmetricKey } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { PulledBytes } from './pulled-bytes.ts';

// The payload of age v1 (c2sp.org/age, "Payload"): STREAM over chunks of 64 KiB with ChaCha20-Poly1305, whose nonce
// is an 11-byte big-endian counter and a byte that is 1 for the last chunk. The last chunk may be full, and is empty
// only when the whole payload is.

const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

/** Length of the nonce before the payload, in bytes. */
export const AGE_NONCE_BYTES = 16;

/** The key of one payload: HKDF-SHA-256 of the file key with the nonce as salt. */
export function agePayloadKey(fileKey: Uint8Array, nonce: Uint8Array): SymmetricKey {
  const source = { keyingMaterial: fileKey, salt: nonce };
  const key = hkdf('sha256', source, { info: utf8Bytes('payload'), length: 32 });
  try {
    return importKey(key);
  } finally {
    key.fill(0);
  }
}

/** Seals a stream chunk by chunk. */
export async function* sealAgePayload(input: PulledBytes, key: SymmetricKey): AsyncGenerator<Uint8Array> {
  for (let counter = 0, isLast = false; !isLast; counter++) {
    const chunk = await input.takeLast(CHUNK_BYTES);
    isLast = chunk.isLast;
    yield chachaSeal({ key, iv: chunkNonce(counter, isLast) }, chunk.bytes);
  }
}

/**
 * Opens a payload chunk by chunk; each is verified before it is given out. A cut after a whole chunk shows only at
 * the end of the stream, so believe nothing before it ended. Throws `CONTAINER_TAMPERED`, `CONTAINER_TRUNCATED`.
 */
export async function* openAgePayload(input: PulledBytes, key: SymmetricKey): AsyncGenerator<Uint8Array> {
  for (let counter = 0, isLast = false; !isLast; counter++) {
    const chunk = await input.takeLast(SEALED_CHUNK_BYTES);
    isLast = chunk.isLast;
    yield openChunk(chunk.bytes, key, { counter, isLast });
  }
}

/** Verifies the last chunk of a payload that lies in a source, so that a cut shows before anything is given out. */
export async function verifyAgeEnd(payload: ByteSource, key: SymmetricKey): Promise<void> {
  const counter = Math.max(0, Math.ceil(payload.size / SEALED_CHUNK_BYTES) - 1);
  const sealed = await payload.read(counter * SEALED_CHUNK_BYTES, SEALED_CHUNK_BYTES);
  openChunk(sealed, key, { counter, isLast: true });
}

function openChunk(
  sealed: Uint8Array,
  key: SymmetricKey,
  place: { counter: number; isLast: boolean },
): Uint8Array {
  const { counter, isLast } = place;
  const plaintext = chachaOpen({ key, iv: chunkNonce(counter, isLast) }, sealed);
  if (plaintext !== undefined && (plaintext.length > 0 || counter === 0)) return plaintext;
  // The same chunk under the other flag is intact: then the file ends too early, or goes on too long.
  const isMisplaced = chachaOpen({ key, iv: chunkNonce(counter, !isLast) }, sealed) !== undefined;
  if (isMisplaced || plaintext !== undefined || sealed.length < TAG_BYTES)
    throw new StrongroomError('CONTAINER_TRUNCATED', 'the age file is cut, or has bytes appended');
  throw new StrongroomError('CONTAINER_TAMPERED', `chunk ${counter} of the age file was changed`);
}

function chunkNonce(counter: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(uintBytes(counter, 8), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
