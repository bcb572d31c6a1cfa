import { type ByteSource, sliceSource, streamSource } from '../../bytes/index.ts';
import { randomBytes } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { openAgeHeader, sealAgeHeader, takeAgeHeader } from './age-header.ts';
import type { AgeKeys, AgeRecipients } from './age-keys.ts';
import {
  AGE_NONCE_BYTES,
  agePayloadKey,
  openAgePayload,
  sealAgePayload,
  verifyAgeEnd,
} from './age-payload.ts';
import { PulledBytes } from './pulled-bytes.ts';

/**
 * Seals a stream as an age v1 file (c2sp.org/age), binary, for anyone with the `age` tool. Throws `INPUT_INVALID`
 * for recipients that are none, with the first piece asked for.
 */
export async function* sealAge(
  input: AsyncIterable<Uint8Array>,
  to: AgeRecipients,
): AsyncGenerator<Uint8Array> {
  const { header, fileKey } = await sealAgeHeader(to);
  const nonce = randomBytes(AGE_NONCE_BYTES);
  const key = agePayloadKey(fileKey, nonce);
  fileKey.fill(0);
  yield header;
  yield nonce;
  const pulled = new PulledBytes(input);
  try {
    yield* sealAgePayload(pulled, key);
  } finally {
    await pulled.close();
  }
}

/**
 * Opens an age v1 file. What it gives is verified piece by piece; of a source the end is verified first, of a stream
 * last, so keep nothing of a stream that ends in an error. Throws `KEY_REFUSED` when no key opens it, and
 * `CONTAINER_MALFORMED`, `CONTAINER_TAMPERED`, `CONTAINER_TRUNCATED`, `CONTAINER_LIMIT`, `CONTAINER_UNSUPPORTED`
 * (ASCII armor) for the file itself.
 */
export async function* openAge(
  input: ByteSource | AsyncIterable<Uint8Array>,
  keys: AgeKeys,
): AsyncGenerator<Uint8Array> {
  const whole = new PulledBytes('read' in input ? streamSource(input) : input);
  try {
    const header = new Uint8Array(await takeAgeHeader(whole));
    const fileKey = await openAgeHeader(header, keys);
    const nonce = new Uint8Array(await whole.take(AGE_NONCE_BYTES));
    if (nonce.length < AGE_NONCE_BYTES)
      throw new StrongroomError('CONTAINER_TRUNCATED', 'the age file ends before its payload');
    const key = agePayloadKey(fileKey, nonce);
    fileKey.fill(0);
    if ('read' in input) {
      const payload = sliceSource(input, { start: header.length + AGE_NONCE_BYTES, end: input.size });
      await verifyAgeEnd(payload, key);
      yield* openAgePayload(new PulledBytes(streamSource(payload)), key);
    } else {
      yield* openAgePayload(whole, key);
    }
  } finally {
    await whole.close();
  }
}
