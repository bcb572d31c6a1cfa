import type { ByteSource } from '../bytes/index.ts';

/** How much is read at once, unless more is asked for. */
const WINDOW_BYTES = 1 << 16;
/** Windows kept at once; formats with offsets jump between a few places. */
const MAX_WINDOWS = 8;

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Small reads at any place of a source, served from a few windows, so that a reader may ask byte by byte. */
export class SourceWindow {
  readonly size: number;
  readonly #source: ByteSource;
  #windows: Window[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
    this.size = source.size;
  }

  /**
   * Exactly `length` bytes from `offset`, valid for as long as the caller likes; `undefined` when the source does not
   * have them. Cap `length` before: that much is held in memory. Throws only what the source throws.
   */
  async bytes(offset: number, length: number): Promise<Uint8Array | undefined> {
    if (offset < 0 || length < 0 || offset + length > this.size) return undefined;
    return this.held(offset, length) ?? (await this.#load(offset, length));
  }

  /** The same where a window has them already; lets loops over small items stay synchronous. */
  held(offset: number, length: number): Uint8Array | undefined {
    for (const { start, bytes } of this.#windows) {
      const at = offset - start;
      if (at >= 0 && at + length <= bytes.length) return bytes.subarray(at, at + length);
    }
    return undefined;
  }

  async #load(offset: number, length: number): Promise<Uint8Array | undefined> {
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - offset);
    // A copy: the source may overwrite what it returned at its next read.
    const bytes = new Uint8Array(await this.#source.read(offset, wanted));
    if (bytes.length < length) return undefined;
    if (bytes.length <= WINDOW_BYTES) {
      this.#windows = [{ start: offset, bytes }, ...this.#windows.slice(0, MAX_WINDOWS - 1)];
    }
    return bytes.subarray(0, length);
  }
}

/** The little-endian numbers in a few bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
