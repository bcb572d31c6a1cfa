import { bufferView } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { maxFrameBytes } from './zstd-frame.ts';

// The Zstandard Seekable Format (facebook/zstd, contrib/seekable_format, version 0.1.0): frames that stand for
// themselves, then a skippable frame with the sizes of all of them. Any zstd tool decompresses the whole.

const SKIPPABLE_MAGIC = 0x184d2a5e;
const SEEKABLE_MAGIC = 0x8f92eab1;
const SKIPPABLE_HEADER_BYTES = 8;
const ENTRY_BYTES = 8;
const FOOTER_BYTES = 9;
/** No checksums: what is stored is authenticated already. */
const DESCRIPTOR = 0;

/** What a seek table has to describe; follows from the header. */
export interface FrameLayout {
  /** Content of all frames, in bytes. */
  readonly size: number;
  /** Content of each frame but the last, in bytes. */
  readonly frameBytes: number;
  /** Frames and table, in bytes. */
  readonly storedSize: number;
}

/** Number of frames that hold `size` bytes. */
export function frameCount(layout: Pick<FrameLayout, 'size' | 'frameBytes'>): number {
  return Math.ceil(layout.size / layout.frameBytes);
}

/** Content of one frame, in bytes. */
export function frameContentBytes(layout: Pick<FrameLayout, 'size' | 'frameBytes'>, index: number): number {
  return Math.min(layout.frameBytes, layout.size - index * layout.frameBytes);
}

/** Length of the table itself, in bytes. */
export function seekTableBytes(frames: number): number {
  return SKIPPABLE_HEADER_BYTES + frames * ENTRY_BYTES + FOOTER_BYTES;
}

/** Writes the table for frames of these compressed lengths. */
export function formatSeekTable(
  layout: Pick<FrameLayout, 'size' | 'frameBytes'>,
  frameLengths: readonly number[],
): Uint8Array {
  const table = Buffer.alloc(seekTableBytes(frameLengths.length));
  table.writeUInt32LE(SKIPPABLE_MAGIC, 0);
  table.writeUInt32LE(table.length - SKIPPABLE_HEADER_BYTES, 4);
  let at = SKIPPABLE_HEADER_BYTES;
  frameLengths.forEach((length, index) => {
    table.writeUInt32LE(length, at);
    table.writeUInt32LE(frameContentBytes(layout, index), at + 4);
    at += ENTRY_BYTES;
  });
  table.writeUInt32LE(frameLengths.length, at);
  table.writeUInt8(DESCRIPTOR, at + 4);
  table.writeUInt32LE(SEEKABLE_MAGIC, at + 5);
  return table;
}

/**
 * Where each frame begins in the stored bytes; the last entry is where the table begins. The table must be exactly
 * the one that the header's sizes ask for: throws `CONTAINER_MALFORMED` otherwise.
 */
export function parseSeekTable(bytes: Uint8Array, layout: FrameLayout): Float64Array {
  const frames = frameCount(layout);
  const table = bufferView(bytes);
  const footer = table.length - FOOTER_BYTES;
  const isFramed =
    table.length === seekTableBytes(frames) &&
    table.readUInt32LE(0) === SKIPPABLE_MAGIC &&
    table.readUInt32LE(4) === table.length - SKIPPABLE_HEADER_BYTES &&
    table.readUInt32LE(footer) === frames &&
    table.readUInt8(footer + 4) === DESCRIPTOR &&
    table.readUInt32LE(footer + 5) === SEEKABLE_MAGIC;
  if (!isFramed) throw malformed();
  const offsets = new Float64Array(frames + 1);
  for (let index = 0; index < frames; index++) {
    const at = SKIPPABLE_HEADER_BYTES + index * ENTRY_BYTES;
    const length = table.readUInt32LE(at);
    const contentBytes = frameContentBytes(layout, index);
    if (length === 0 || length > maxFrameBytes(contentBytes)) throw malformed();
    if (table.readUInt32LE(at + 4) !== contentBytes) throw malformed();
    offsets[index + 1] = (offsets[index] ?? 0) + length;
  }
  if (offsets[frames] !== layout.storedSize - table.length) throw malformed();
  return offsets;
}

function malformed(): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', 'the seek table does not fit the header');
}
