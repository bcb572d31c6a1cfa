import type { Compression, EncryptionMode } from '../api/index.ts';
import { type ByteStream, fromBase64Url } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { AccessCodeKey } from './access-code.ts';
import { ID_BYTES } from './labels.ts';
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_SEGMENT_BYTES,
  MAX_FILE_NAME_BYTES,
  MAX_FRAME_BYTES,
  MAX_SEGMENT_BYTES,
  MAX_SLOTS,
  MIN_FRAME_BYTES,
  MIN_SEGMENT_BYTES,
} from './limits.ts';
import type { Recipient } from './recipient.ts';
import { DEFAULT_ZSTD_LEVEL, MAX_ZSTD_LEVEL } from './zstd-frame.ts';

/** What is to be sealed, for whom, and where it goes. */
export interface SealRequest {
  /** Id of the strongroom, 16 bytes base64url. */
  readonly vault: string;
  /** Id of the blob, 16 bytes base64url; a fresh one for every sealing. */
  readonly blob: string;
  /** Name of the file, at most 1,024 bytes; kept encrypted. */
  readonly name: string;
  /** Read to where it is needed, with `readInto`, where its iterator has that. */
  readonly input: ByteStream;
  /**
   * Takes the payload, in order, one chunk at a time. A chunk is shared memory and is reused as soon as the promise
   * settles.
   */
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Who can open it: at least one, and nobody where `encryption` is `off`. */
  readonly recipients: readonly Recipient[];
  /** Asked for besides what opens a slot. */
  readonly accessCode?: AccessCodeKey | undefined;
  /** Default: none. `auto` samples the first mebibytes and compresses when that saves at least a tenth. */
  readonly compression?: Compression | undefined;
  /** Whether the SHA-512 of the plaintext is wanted beside its SHA-256. */
  readonly withSha512?: boolean | undefined;
  /** Default `on`. */
  readonly encryption?: EncryptionMode | undefined;
  /** ISO 8601, UTC, milliseconds. */
  readonly createdAt: string;
  /** Bytes of a full segment, a power of two from 4,096 to 4,194,304; default 262,144. */
  readonly segmentBytes?: number | undefined;
  /** Content of a compressed frame in bytes, a power of two from 4,096 to 4,194,304; default 1,048,576. */
  readonly frameBytes?: number | undefined;
  /** Told how many plaintext bytes were taken in so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A request whose free choices were made. */
export interface SealPlan {
  readonly isEncrypted: boolean;
  readonly segmentBytes: number;
  readonly frameBytes: number;
  readonly algorithm: Compression['algorithm'];
  readonly level: number;
  readonly withSha512: boolean;
}

/** Fills in the defaults. Throws `INPUT_INVALID` for what no header could hold, before a byte is read. */
export function planSeal(request: SealRequest): SealPlan {
  const plan = {
    isEncrypted: (request.encryption ?? 'on') === 'on',
    segmentBytes: request.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
    frameBytes: request.frameBytes ?? DEFAULT_FRAME_BYTES,
    algorithm: request.compression?.algorithm ?? 'none',
    level: request.compression?.level ?? DEFAULT_ZSTD_LEVEL,
    withSha512: request.withSha512 ?? false,
  };
  const nameBytes = Buffer.byteLength(request.name);
  assert(isId(request.vault) && isId(request.blob), 'an id is 16 bytes as base64url');
  assert(nameBytes > 0 && nameBytes <= MAX_FILE_NAME_BYTES, `a name has 1 to ${MAX_FILE_NAME_BYTES} bytes`);
  assert(request.name.isWellFormed(), 'the name is not well-formed text');
  assert(isTimestamp(request.createdAt), 'the time of creation is not ISO 8601 in UTC with milliseconds');
  assert(
    isPowerOfTwo(plan.segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES),
    `a segment has ${MIN_SEGMENT_BYTES} to ${MAX_SEGMENT_BYTES} bytes, a power of two`,
  );
  assert(
    isPowerOfTwo(plan.frameBytes, MIN_FRAME_BYTES, MAX_FRAME_BYTES),
    `a frame has ${MIN_FRAME_BYTES} to ${MAX_FRAME_BYTES} bytes, a power of two`,
  );
  assert(
    Number.isInteger(plan.level) && plan.level >= 1 && plan.level <= MAX_ZSTD_LEVEL,
    `a zstd level is 1 to ${MAX_ZSTD_LEVEL}`,
  );
  assertRecipients(request, plan.isEncrypted);
  return plan;
}

function assertRecipients({ recipients, accessCode }: SealRequest, isEncrypted: boolean): void {
  if (isEncrypted) {
    assert(recipients.length > 0, 'a sealed file needs somebody who can open it');
    assert(recipients.length <= MAX_SLOTS, `at most ${MAX_SLOTS} recipients`);
  } else {
    // Ignoring them quietly would let the caller believe that the file is protected.
    assert(recipients.length === 0, 'a file that is not encrypted has no recipients');
    assert(accessCode === undefined, 'a file that is not encrypted has no access code');
  }
}

function isId(text: string): boolean {
  return fromBase64Url(text)?.length === ID_BYTES;
}

function isTimestamp(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

function isPowerOfTwo(value: number, min: number, max: number): boolean {
  return Number.isInteger(Math.log2(value)) && value >= min && value <= max;
}

function assert(isRight: boolean, expected: string): void {
  if (!isRight) throw new StrongroomError('INPUT_INVALID', expected);
}
