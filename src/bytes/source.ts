/** Random access to bytes of a known size: a file, a range of one, or memory. */
export interface ByteSource {
  /** Size in bytes; fixed for the life of the source. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`, or fewer only where the source ends.
   * The bytes may be overwritten by the next read; copy what must last.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /**
   * Where a source can do it without a copy: fills `target` (shared memory too) from `offset`; resolves to the
   * number of bytes, fewer than asked for only where the source ends.
   */
  readInto?(target: Uint8Array, offset: number): Promise<number>;
}

/** A half-open range of bytes, `[start, end)`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, Math.min(offset + length, bytes.length))),
  };
}

/** The part of a source that a range names, as a source of its own. */
export function sliceSource(source: ByteSource, range: ByteRange): ByteSource {
  const size = range.end - range.start;
  const within = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  const slice: ByteSource = {
    size,
    read: (offset, length) => source.read(range.start + offset, within(offset, length)),
  };
  if (source.readInto === undefined) return slice;
  const readInto = source.readInto.bind(source);
  return {
    ...slice,
    readInto: (target, offset) =>
      readInto(target.subarray(0, within(offset, target.length)), range.start + offset),
  };
}
