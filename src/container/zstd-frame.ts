import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { bufferView } from '../bytes/index.ts';

// One frame of the Zstandard format (RFC 8878), independent of all others. Synchronous: it runs on a worker thread,
// or on few bytes.

/** Level unless asked otherwise: where the gain per second levels off for what is worth compressing at all. */
export const DEFAULT_ZSTD_LEVEL = 5;
export const MAX_ZSTD_LEVEL = 19;

const MIN_WINDOW_LOG = 10;
const MIN_CHUNK_BYTES = 64;
/** What incompressible content grows by at most: 3 bytes for each block of 128 KiB, and the frame's own fields. */
const FRAME_OVERHEAD_BYTES = 1024;

/** The longest frame that an honest compressor makes of `contentBytes`. */
export function maxFrameBytes(contentBytes: number): number {
  return contentBytes + (contentBytes >> 8) + FRAME_OVERHEAD_BYTES;
}

/** Compresses into one frame. */
export function compressFrame(content: Uint8Array, level: number): Uint8Array<ArrayBuffer> {
  const compressed = zstdCompressSync(content, {
    chunkSize: maxFrameBytes(content.length),
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_contentSizeFlag]: 1 },
  });
  // A copy of its own: the compressor's buffer is as large as the worst case.
  return new Uint8Array(compressed);
}

/**
 * Decompresses one frame into exactly `content`; gives whether the frame holds that. Neither the output nor the
 * window grows beyond it, whatever the frame asks for.
 */
export function decompressFrame(frame: Uint8Array, content: Uint8Array): boolean {
  const size = content.length;
  try {
    const decompressed = zstdDecompressSync(frame, {
      chunkSize: Math.max(MIN_CHUNK_BYTES, size),
      maxOutputLength: size,
      params: { [constants.ZSTD_d_windowLogMax]: Math.max(MIN_WINDOW_LOG, Math.ceil(Math.log2(size))) },
    });
    if (decompressed.length !== size) return false;
    // Not `set`, which goes word by word where the memory is shared.
    decompressed.copy(bufferView(content));
    decompressed.fill(0);
    return true;
  } catch {
    // Every failure here means the same: this is not the frame that the seek table promised.
    return false;
  }
}
