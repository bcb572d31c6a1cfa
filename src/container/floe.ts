import { concatBytes, SecretBytes, uintBytes, utf8Bytes } from '../bytes/index.ts';
import {
  equalBytes,
  fillRandom,
  gcmOpenInto,
  gcmSealInto,
  hkdfExpand,
  randomBytes,
} from '../crypto/index.ts';

/** Length of a FLOE header in bytes. */
export const FLOE_HEADER_BYTES = 74;
/** What a segment carries besides its content, in bytes: length word, nonce, tag. */
export const FLOE_SEGMENT_OVERHEAD = 32;

const PARAMETER_BYTES = 10;
const IV_BYTES = 32;
const TAG_BYTES = 32;
const MESSAGE_KEY_BYTES = 48;
const AEAD_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const CONTENT_AT = 4 + NONCE_BYTES;
const NOT_FINAL = 0xffffffff;
/** A new AEAD key every 2^20 segments (FLOE, "AEAD_ROTATION_MASK"). */
const ROTATION_BITS = 20;

const HEADER_TAG = utf8Bytes('HEADER_TAG:');
const MESSAGE_KEY = utf8Bytes('MESSAGE_KEY:');
const DEK = utf8Bytes('DEK:');

/** The free choices of FLOE that are in use here; cipher, KDF and IV length are fixed. */
export interface FloeParameters {
  /** ENC_SEG_LEN: bytes of a full segment, overhead included; at least 33. */
  readonly segmentBytes: number;
  /** How many low bits of the position share an AEAD key; 20 except in a known-answer test. */
  readonly rotationBits?: number;
}

/** Under what a FLOE message stands. */
export interface FloeContext extends FloeParameters {
  readonly key: SecretBytes;
  /** Associated data: bound into the header tag and every key. */
  readonly aad: Uint8Array;
}

/** Which segment of a message. FLOE relies on the caller to know both, not on the ciphertext. */
export interface SegmentPlace {
  /** From 0. */
  readonly position: number;
  readonly isFinal: boolean;
}

/** A message's keys on their way to another thread. */
export interface FloeState {
  readonly segmentBytes: number;
  readonly rotationBits: number;
  readonly header: Uint8Array;
  readonly aad: Uint8Array;
  readonly messageKey: Uint8Array;
}

/**
 * One message of FLOE (C2SP, c2sp.org/FLOE) with AES-256-GCM and HKDF-Expand-SHA-384: key-committing, random
 * access, position and end authenticated. Segments may be sealed and opened in any order and on any thread.
 */
export class FloeMessage {
  /** 74 bytes: parameters, IV, header tag. */
  readonly header: Uint8Array;
  /** Bytes of a full segment. */
  readonly segmentBytes: number;
  readonly #aad: Uint8Array;
  readonly #messageKey: SecretBytes;
  readonly #rotationBits: number;
  #epoch = -1;
  #epochKey: SecretBytes | undefined;

  private constructor(state: FloeState) {
    this.header = state.header;
    this.segmentBytes = state.segmentBytes;
    this.#rotationBits = state.rotationBits;
    this.#aad = state.aad;
    this.#messageKey = SecretBytes.copyOf(state.messageKey);
  }

  /** Starts a message under a fresh random IV. */
  static create(context: FloeContext): FloeMessage {
    const prefix = concatBytes(parameterBytes(context.segmentBytes), randomBytes(IV_BYTES));
    const header = concatBytes(prefix, headerTag(context, prefix));
    return FloeMessage.#derive(context, header);
  }

  /**
   * Takes up a message by its header. `undefined` when the header does not fit: wrong key, other associated data,
   * other parameters, or changed bytes. FLOE commits to the key, so no other key opens what follows.
   */
  static open(context: FloeContext, header: Uint8Array): FloeMessage | undefined {
    if (header.length !== FLOE_HEADER_BYTES) return undefined;
    const prefix = header.subarray(0, PARAMETER_BYTES + IV_BYTES);
    const expected = concatBytes(
      parameterBytes(context.segmentBytes),
      prefix.subarray(PARAMETER_BYTES),
      headerTag(context, prefix),
    );
    return equalBytes(expected, header) ? FloeMessage.#derive(context, new Uint8Array(header)) : undefined;
  }

  /** The same message on another thread, out of `state()`. */
  static restore(state: FloeState): FloeMessage {
    return new FloeMessage(state);
  }

  static #derive(context: FloeContext, header: Uint8Array): FloeMessage {
    const prefix = header.subarray(0, PARAMETER_BYTES + IV_BYTES);
    const info = concatBytes(prefix, MESSAGE_KEY, context.aad);
    const messageKey = hkdfExpand('sha384', context.key, { info, length: MESSAGE_KEY_BYTES });
    try {
      return new FloeMessage({
        segmentBytes: context.segmentBytes,
        rotationBits: context.rotationBits ?? ROTATION_BITS,
        header,
        aad: context.aad,
        messageKey,
      });
    } finally {
      messageKey.fill(0);
    }
  }

  /** What another thread needs to take part. The key is a copy in shared memory: wipe it once it was taken over. */
  state(): FloeState {
    const messageKey = new Uint8Array(new SharedArrayBuffer(MESSAGE_KEY_BYTES));
    messageKey.set(this.#messageKey.expose());
    return {
      segmentBytes: this.segmentBytes,
      rotationBits: this.#rotationBits,
      header: this.header,
      aad: this.#aad,
      messageKey,
    };
  }

  /**
   * Encrypts one segment into the start of `output`; returns its length. Only the final segment may be (and, where
   * it is not full, must be) shorter than the others. Throws `RangeError` for a length that FLOE does not have.
   */
  sealSegment(place: SegmentPlace, content: Uint8Array, output: Uint8Array): number {
    const length = content.length + FLOE_SEGMENT_OVERHEAD;
    const isLengthRight = place.isFinal ? length <= this.segmentBytes : length === this.segmentBytes;
    if (!isLengthRight) throw new RangeError(`a segment cannot hold ${content.length} bytes`);
    const iv = output.subarray(4, CONTENT_AT);
    fillRandom(iv);
    output.set(uintBytes(place.isFinal ? length : NOT_FINAL, 4));
    const context = { key: this.#keyAt(place.position), iv, aad: segmentAad(place) };
    gcmSealInto(context, content, output.subarray(CONTENT_AT, length));
    return length;
  }

  /**
   * The content of one segment. `undefined` when it is not what was sealed for this message, position and end:
   * nothing of it may be used.
   */
  openSegment(place: SegmentPlace, segment: Uint8Array): Uint8Array | undefined {
    const content = new Uint8Array(Math.max(0, segment.length - FLOE_SEGMENT_OVERHEAD));
    return this.openSegmentInto(place, segment, content) ? content : undefined;
  }

  /**
   * As `openSegment`, into the start of `content`, which may be the memory of the segment itself or lie before it.
   * Gives whether the segment was right; nothing of `content` may be used where it was not.
   */
  openSegmentInto(place: SegmentPlace, segment: Uint8Array, content: Uint8Array): boolean {
    const isLengthRight = place.isFinal
      ? segment.length >= FLOE_SEGMENT_OVERHEAD && segment.length <= this.segmentBytes
      : segment.length === this.segmentBytes;
    if (!isLengthRight) return false;
    const word = new DataView(segment.buffer, segment.byteOffset, 4).getUint32(0);
    if (word !== (place.isFinal ? segment.length : NOT_FINAL)) return false;
    const iv = segment.subarray(4, CONTENT_AT);
    const context = { key: this.#keyAt(place.position), iv, aad: segmentAad(place) };
    return gcmOpenInto(context, segment.subarray(CONTENT_AT), content);
  }

  /** Forgets the keys. */
  wipe(): void {
    this.#messageKey.wipe();
    this.#epochKey?.wipe();
    this.#epochKey = undefined;
    this.#epoch = -1;
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  #keyAt(position: number): SecretBytes {
    const epoch = position - (position % 2 ** this.#rotationBits);
    if (this.#epochKey === undefined || epoch !== this.#epoch) {
      this.#epochKey?.wipe();
      const prefix = this.header.subarray(0, PARAMETER_BYTES + IV_BYTES);
      const info = concatBytes(prefix, DEK, uintBytes(epoch, 8), this.#aad);
      const length = AEAD_KEY_BYTES;
      this.#epochKey = SecretBytes.take(hkdfExpand('sha384', this.#messageKey, { info, length }));
      this.#epoch = epoch;
    }
    return this.#epochKey;
  }
}

function parameterBytes(segmentBytes: number): Uint8Array {
  return concatBytes(Uint8Array.of(0, 0), uintBytes(segmentBytes, 4), uintBytes(IV_BYTES, 4));
}

function headerTag(context: FloeContext, prefix: Uint8Array): Uint8Array {
  const info = concatBytes(prefix, HEADER_TAG, context.aad);
  return hkdfExpand('sha384', context.key, { info, length: TAG_BYTES });
}

function segmentAad(place: SegmentPlace): Uint8Array {
  return concatBytes(uintBytes(place.position, 8), Uint8Array.of(place.isFinal ? 1 : 0));
}
