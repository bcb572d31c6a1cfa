// Sealing and opening in memory, for the tests of this folder.
import assert from 'node:assert/strict';
import {
  type ByteSource,
  collectBytes,
  memorySource,
  Passphrase,
  SecretBytes,
  streamOf,
} from '../../src/bytes/index.ts';
import {
  type ContainerHeader,
  type Identity,
  kekIdentity,
  kekRecipient,
  type OpenRequest,
  openPayload,
  type Recipient,
  type SealedBlob,
  type SealRequest,
  SegmentPool,
  sealPayload,
} from '../../src/container/index.ts';
import { randomId } from '../../src/crypto/index.ts';
import { type ErrorCode, isStrongroomError } from '../../src/errors/index.ts';

/** Threads for the whole test file; they do not keep the process alive. */
export const pool = SegmentPool.open();

/** A derivation as cheap as the caps allow: tests prove that it runs, not that it is slow. */
export const QUICK_KDF = '$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA';
export const QUICK_KDF_2 = '$pbkdf2-sha256$i=10$c2FsdHNhbHRzYWx0c2FsdA';

/** Small segments, so that a few kilobytes have borders. */
export const SEGMENT_BYTES = 4096;
export const CONTENT_BYTES = SEGMENT_BYTES - 32;

const MAX_TEST_BYTES = 2 ** 26;

/** A key of the keyring and who holds it. */
export function kekOf(fill: number, version = 1): { recipient: Recipient; identity: Identity } {
  const material = SecretBytes.copyOf(new Uint8Array(32).fill(fill));
  return {
    recipient: kekRecipient({ key: 'acme/churn', version, material }),
    identity: kekIdentity((key, wanted) =>
      key === 'acme/churn' && wanted === version ? material : undefined,
    ),
  };
}

/** The key of the tests that are not about keys. */
export const KEK = kekOf(7);

export interface InMemory {
  readonly blob: SealedBlob;
  readonly header: ContainerHeader;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Seals bytes, or a stream, with small segments unless asked otherwise. */
export async function sealed(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: Partial<SealRequest> = {},
): Promise<InMemory> {
  const chunks: Uint8Array[] = [];
  const blob = await sealPayload(
    {
      vault: 'AAAAAAAAAAAAAAAAAAAAAA',
      blob: randomId(),
      name: 'weights.bin',
      input: input instanceof Uint8Array ? streamOf(input) : input,
      write: (chunk) => {
        chunks.push(chunk.slice());
        return Promise.resolve();
      },
      recipients: options.encryption === 'off' ? [] : [KEK.recipient],
      createdAt: '2026-01-02T03:04:05.678Z',
      segmentBytes: SEGMENT_BYTES,
      ...options,
    },
    { pool },
  );
  return { blob, header: blob.header, payload: new Uint8Array(Buffer.concat(chunks)) };
}

/** Opens and reads the whole, or a range. */
export async function opened(
  sealedBlob: { readonly header: ContainerHeader; readonly payload: Uint8Array | ByteSource },
  options: Partial<OpenRequest> & { readonly range?: { start: number; end: number } } = {},
): Promise<Uint8Array> {
  const { header, payload } = sealedBlob;
  const source = payload instanceof Uint8Array ? memorySource(payload) : payload;
  const { range, ...rest } = options;
  const identities = header.suite === 1 ? [KEK.identity] : [];
  await using content = await openPayload({ header, source, identities, ...rest }, { pool });
  return await collectBytes(content.read(range), MAX_TEST_BYTES);
}

/** Asserts the code of a failure, and gives the message. */
export async function refusal(act: () => Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<string> {
  try {
    await act();
  } catch (error) {
    assert.ok(isStrongroomError(error), `expected one of ${codes.join(', ')}, got ${String(error)}`);
    assert.ok(
      codes.includes(error.code),
      `expected one of ${codes.join(', ')}, got ${error.code}: ${error.message}`,
    );
    return error.message;
  }
  assert.fail(`expected ${codes.join(' or ')}`);
}

/** Bytes that look random and are the same every time. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** Bytes that compress well and are not the same everywhere. */
export function text(length: number): Uint8Array<ArrayBuffer> {
  const line = Buffer.from('weights and biases, weights and biases; ');
  return new Uint8Array(Buffer.alloc(length, line)).map((byte, at) => (at % 997 === 0 ? at & 0xff : byte));
}

export function passphrase(value: string): Passphrase {
  return Passphrase.fromText(value);
}

/** A copy with one thing changed. */
export function altered(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  change(copy);
  return copy;
}
