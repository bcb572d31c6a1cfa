import type { ByteSource } from '../bytes/index.ts';

/** How much is read at once, unless more is asked for, and how many such windows are kept. */
const DEFAULT_WINDOWS = { bytes: 1 << 16, count: 8 };

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Small reads at any place of a source, served from a few windows, so that a reader may ask byte by byte. */
export class SourceWindow {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #kept: { readonly bytes: number; readonly count: number };
  #windows: Window[] = [];

  constructor(
    source: ByteSource,
    windows: { readonly bytes: number; readonly count: number } = DEFAULT_WINDOWS,
  ) {
    this.#source = source;
    this.#kept = windows;
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
    const wanted = Math.min(Math.max(length, this.#kept.bytes), this.size - offset);
    // A copy: the source may overwrite what it returned at its next read.
    const bytes = new Uint8Array(await this.#source.read(offset, wanted));
    if (bytes.length < length) return undefined;
    if (bytes.length <= this.#kept.bytes) {
      this.#windows = [{ start: offset, bytes }, ...this.#windows.slice(0, this.#kept.count - 1)];
    }
    return bytes.subarray(0, length);
  }
}

/** The little-endian numbers in a few bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
