import { StrongroomError } from '../../errors/index.ts';

/** Tags of X.690 that certificates use (one byte each: class, constructed bit, number). */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Certificates hold at most this many bytes; those of code signers have one to three KiB. */
export const MAX_CERTIFICATE_BYTES = 32 * 1024;

/** One element: its tag, what is in it, and the bytes of all of it. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/**
 * Reads DER (X.690 §8, §10) element by element: definite lengths in their shortest form, tags of one byte. Whatever
 * is not exactly that throws `CERTIFICATE_MALFORMED`, so that no byte can be read in two ways.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A reader of what is in an element. */
  static inside(element: DerElement): DerReader {
    return new DerReader(element.content);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The tag of the next element; `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The next element, of this tag where one is given. */
  read(tag?: number): DerElement {
    const start = this.#at;
    const found = this.#bytes[start];
    if (found === undefined || (tag !== undefined && found !== tag) || (found & 0x1f) === 0x1f) {
      throw malformedDer(`expected another element at byte ${start}`);
    }
    const { length, headerBytes } = this.#readLength(start + 1);
    const from = start + 1 + headerBytes;
    const to = from + length;
    if (to > this.#bytes.length) throw malformedDer('an element is cut');
    this.#at = to;
    return { tag: found, content: this.#bytes.subarray(from, to), whole: this.#bytes.subarray(start, to) };
  }

  /** The next element when it has this tag. */
  readOptional(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.read(tag) : undefined;
  }

  /** Every element that is left. */
  *rest(tag?: number): Generator<DerElement> {
    while (!this.isAtEnd) yield this.read(tag);
  }

  /** Throws unless everything was read. */
  end(): void {
    if (!this.isAtEnd) throw malformedDer('there is more than expected');
  }

  #readLength(at: number): { readonly length: number; readonly headerBytes: number } {
    const first = this.#bytes[at];
    if (first === undefined) throw malformedDer('an element is cut');
    if (first < 0x80) return { length: first, headerBytes: 1 };
    const count = first - 0x80;
    // Three bytes of length are far beyond MAX_CERTIFICATE_BYTES; 0x80 alone is the indefinite form of BER.
    if (count < 1 || count > 3) throw malformedDer('a length is not DER');
    let length = 0;
    for (let index = 1; index <= count; index++) length = length * 256 + (this.#bytes[at + index] ?? 0);
    const isShortest = length >= 0x80 && length >= 256 ** (count - 1);
    if (at + count >= this.#bytes.length || !isShortest) throw malformedDer('a length is not DER');
    return { length, headerBytes: 1 + count };
  }
}

/** The error of this reader and of what is built on it. */
export function malformedDer(what: string): StrongroomError {
  return new StrongroomError('CERTIFICATE_MALFORMED', `not a certificate: ${what}`);
}
