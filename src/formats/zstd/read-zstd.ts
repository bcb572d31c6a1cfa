import { constants, createZstdDecompress } from 'node:zlib';
import { type CompressedInput, DecodeHalt, noteHalt } from '../compressed/decoder.ts';
import { runEngine } from '../compressed/engine.ts';
import { InputWindow } from '../compressed/input-window.ts';

// RFC 8878.
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Largest window that is decompressed: zstd's own default limit, 2^27 bytes. */
const MAX_WINDOW_LOG = 27;
const MAX_FRAMES = 100_000;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

/** Whether these bytes begin a Zstandard frame (skippable ones come before others, or hold seek tables). */
export function isZstd(head: Uint8Array): boolean {
  const magic = uint32At(head, 0);
  return magic === FRAME_MAGIC;
}

/** The content of all frames that follow one another; skippable frames are passed over. */
export async function* decodeZstd(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  let offset = input.start;
  try {
    for (let frames = 0; ; frames++) {
      if (frames >= MAX_FRAMES)
        throw new DecodeHalt('ZSTD_FRAMES', `more than ${MAX_FRAMES} frames`, 'limit');
      const extent = await frameExtent(new InputWindow(input.source, offset));
      if (extent === undefined) return offset;
      if (!extent.isSkippable) yield* decodeFrame(input, { start: offset, end: extent.end });
      offset = extent.end;
    }
  } catch (error) {
    noteHalt(error, input, offset);
    return input.source.size;
  }
}

async function* decodeFrame(
  input: CompressedInput,
  range: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  const engine = createZstdDecompress({
    params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
  });
  const { failure } = yield* runEngine(engine, { source: input.source, ...range });
  if (failure !== undefined) throw new DecodeHalt('ZSTD_BROKEN', `the data is broken (${failure})`);
}

/** Where the frame at the window ends, found by its block headers; `undefined` when there is no frame. */
async function frameExtent(window: InputWindow): Promise<{ end: number; isSkippable: boolean } | undefined> {
  if (!(await window.fill(5))) return undefined;
  const magic = uint32At(window.bytes, window.at);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    const header = await window.take(8);
    const length = header === undefined ? 0 : uint32At(header, 4);
    if (header === undefined || length > window.remaining) throw cut();
    return { end: window.offset + length, isSkippable: true };
  }
  if (magic !== FRAME_MAGIC) return undefined;
  const descriptor = window.bytes[window.at + 4] ?? 0;
  if ((await window.take(5 + headerRest(descriptor))) === undefined) throw cut();
  await passBlocks(window);
  if ((descriptor & 0x04) !== 0 && (await window.take(4)) === undefined) throw cut();
  return { end: window.offset, isSkippable: false };
}

async function passBlocks(window: InputWindow): Promise<void> {
  for (;;) {
    const header = await window.take(3);
    if (header === undefined) throw cut();
    const value = (header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16);
    const type = (value >> 1) & 3;
    if (type === BLOCK_RESERVED) throw new DecodeHalt('ZSTD_BROKEN', 'a block of a reserved type');
    const length = type === BLOCK_RLE ? 1 : value >> 3;
    if (length > window.remaining) throw cut();
    window.skip(length);
    if ((value & 1) === 1) return;
  }
}

/** Bytes of the frame header behind its descriptor (RFC 8878 §3.1.1.1). */
function headerRest(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}

function uint32At(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function cut(): DecodeHalt {
  return new DecodeHalt('ZSTD_BROKEN', 'the frame is cut');
}
