import { DecodeHalt } from '../compressed/decoder.ts';

const FIRST_BYTES = 1 << 20;

/** What LZMA has decoded and may refer to. Grows with what is decoded, not with what a header claims. */
export class Dictionary {
  readonly #size: number;
  #bytes: Uint8Array;
  #to = 0;
  /** Bytes decoded since the last reset, as far back as references may reach. */
  #filled = 0;
  #taken: Uint8Array[] = [];
  #pending = 0;

  /** `size` as the header says, capped by the caller. */
  constructor(size: number) {
    this.#size = Math.max(size, 4096);
    this.#bytes = new Uint8Array(Math.min(this.#size, FIRST_BYTES));
  }

  /** Bytes that `take` will give. */
  get pending(): number {
    return this.#pending;
  }

  get isEmpty(): boolean {
    return this.#filled === 0;
  }

  reset(): void {
    this.#filled = 0;
  }

  put(byte: number): void {
    if (this.#to === this.#bytes.length) this.#wrapOrGrow();
    this.#bytes[this.#to++] = byte;
    this.#filled++;
    this.#pending++;
  }

  /** The byte `distance` back, 1 being the last; 0 before the first. */
  back(distance: number): number {
    const at = this.#to - distance;
    return (at >= 0 ? this.#bytes[at] : this.#bytes[at + this.#bytes.length]) ?? 0;
  }

  /** Repeats what lies `distance` back. Throws `DecodeHalt` when nothing does. */
  repeat(distance: number, length: number): void {
    if (distance > this.#filled || distance > this.#size)
      throw new DecodeHalt('LZMA_BROKEN', 'a reference before the start');
    for (let left = length; left > 0; left--) this.put(this.back(distance));
  }

  /** Bytes that are taken over as they are. */
  append(bytes: Uint8Array): void {
    for (const byte of bytes) this.put(byte);
  }

  /** What was decoded since the last `take`, in its own memory. */
  take(): Uint8Array {
    this.#flush();
    const parts = this.#taken;
    this.#taken = [];
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }

  #flush(): void {
    if (this.#pending === 0) return;
    this.#taken.push(this.#bytes.slice(this.#to - this.#pending, this.#to));
    this.#pending = 0;
  }

  #wrapOrGrow(): void {
    if (this.#bytes.length < this.#size) {
      const grown = new Uint8Array(Math.min(this.#size, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      return;
    }
    this.#flush();
    this.#to = 0;
  }
}
