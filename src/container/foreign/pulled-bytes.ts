import { concatBytes } from '../../bytes/index.ts';

/** Takes a stream of any pieces in the sizes that a format asks for. */
export class PulledBytes {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #isEnded = false;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#iterator = stream[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, fewer only where the stream ends. Valid until the next call of anything here. */
  async take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0 && !(await this.isAtEnd())) {
      const part = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(part.length);
      missing -= part.length;
      // The stream may reuse the memory of a piece as soon as the next one is asked for.
      parts.push(missing > 0 ? new Uint8Array(part) : part);
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : concatBytes(...parts);
  }

  /** As `take`, and whether nothing follows; the bytes are valid until the next call all the same. */
  async takeLast(count: number): Promise<{ bytes: Uint8Array; isLast: boolean }> {
    const bytes = await this.take(count);
    if (this.#held.length > 0) return { bytes, isLast: false };
    // Looking ahead asks for the next piece, which may come in the memory of this one.
    const kept = new Uint8Array(bytes);
    return { bytes: kept, isLast: await this.isAtEnd() };
  }

  /** Puts bytes back in front of what is to come. */
  unread(bytes: Uint8Array): void {
    this.#held = concatBytes(bytes, this.#held);
  }

  /** Whether nothing more comes. */
  async isAtEnd(): Promise<boolean> {
    while (this.#held.length === 0 && !this.#isEnded) {
      const next = await this.#iterator.next();
      if (next.done === true) this.#isEnded = true;
      else this.#held = next.value;
    }
    return this.#held.length === 0;
  }

  /** Tells the stream that nobody reads on, so that it can let go of what it holds. */
  async close(): Promise<void> {
    if (!this.#isEnded) await this.#iterator.return?.();
    this.#isEnded = true;
  }
}
