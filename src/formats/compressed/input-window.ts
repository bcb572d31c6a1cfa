import { type ByteSource, concatBytes } from '../../bytes/index.ts';

/** Bytes read at once. */
const CHUNK_BYTES = 1 << 18;

/** The bytes of a source from a position on, a piece of them in memory, for decoders that look at single bytes. */
export class InputWindow {
  /** What is in memory; the next byte is `bytes[at]`. Copied, so that no other read overwrites it. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  readonly #source: ByteSource;
  /** Offset in the source of `bytes[0]`. */
  #base: number;

  constructor(source: ByteSource, start: number) {
    this.#source = source;
    this.#base = start;
  }

  /** Offset of the next byte in the source. */
  get offset(): number {
    return this.#base + this.at;
  }

  /** Bytes that are in memory. */
  get available(): number {
    return this.bytes.length - this.at;
  }

  /** Bytes up to the end of the source. */
  get remaining(): number {
    return Math.max(0, this.#source.size - this.offset);
  }

  /** Sees that `count` bytes are in memory, or all that are left; whether it was as many as asked for. */
  async fill(count: number): Promise<boolean> {
    while (this.available < count && this.#base + this.bytes.length < this.#source.size) {
      const wanted = Math.max(CHUNK_BYTES, count - this.available);
      const read = await this.#source.read(this.#base + this.bytes.length, wanted);
      if (read.length === 0) return false;
      this.#base += this.at;
      this.bytes = concatBytes(this.bytes.subarray(this.at), read);
      this.at = 0;
    }
    return this.available >= count;
  }

  /** The next `count` bytes, or `undefined` where the source ends before; a view that the next call may outlive. */
  async take(count: number): Promise<Uint8Array | undefined> {
    if (!(await this.fill(count))) return undefined;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** Passes over bytes without reading those that are not in memory. */
  skip(count: number): void {
    if (count <= this.available) {
      this.at += count;
      return;
    }
    this.#base = this.offset + count;
    this.bytes = new Uint8Array(0);
    this.at = 0;
  }
}
