import { DecodeHalt } from '../compressed/decoder.ts';

/** Bits of bytes in memory, the highest of each byte first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number, bit: number) {
    this.#bytes = bytes;
    this.#at = at;
    if (bit > 0) this.read(bit);
  }

  /** The byte that holds the next bit. */
  get byteAt(): number {
    return this.#at - Math.ceil(this.#count / 8);
  }

  /** Which bit of that byte it is, the highest being 0. */
  get bitAt(): number {
    return (8 - (this.#count % 8)) % 8;
  }

  /** The byte behind the last one that was begun. */
  get alignedAt(): number {
    return this.bitAt === 0 ? this.byteAt : this.byteAt + 1;
  }

  /** The next `count` bits, at most 24. Throws `DecodeHalt` at the end. */
  read(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new DecodeHalt('BZIP2_BROKEN', 'the data is cut');
      this.#at++;
      this.#held = ((this.#held << 8) | byte) & 0x7fffffff;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }
}
