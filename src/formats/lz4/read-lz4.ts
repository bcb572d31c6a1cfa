import { type CompressedInput, DecodeHalt, noteHalt } from '../compressed/decoder.ts';
import { InputWindow } from '../compressed/input-window.ts';
import { decodeBlock } from './decode-block.ts';
import { Xxh32 } from './xxh32.ts';

// The LZ4 frame format, version 1.6.x.
const FRAME_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC = 0x184d2a50;
const STORED_BLOCK = 0x80000000;
/** Blocks that refer to earlier ones reach back this far. */
const HISTORY_BYTES = 65_536;
const MAX_FRAMES = 100_000;

/** Whether these bytes begin an LZ4 frame. */
export function isLz4(head: Uint8Array): boolean {
  return head[0] === 0x04 && head[1] === 0x22 && head[2] === 0x4d && head[3] === 0x18;
}

/** The content of all LZ4 frames that follow one another; skippable frames are passed over. */
export async function* decodeLz4(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  const window = new InputWindow(input.source, input.start);
  try {
    for (let frames = 0; ; frames++) {
      if (frames >= MAX_FRAMES) throw new DecodeHalt('LZ4_FRAMES', `more than ${MAX_FRAMES} frames`, 'limit');
      if (!(await window.fill(4))) return window.offset;
      const magic = uint32At(window.bytes, window.at);
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) await passSkippable(window);
      else if (magic === FRAME_MAGIC) yield* decodeFrame(window, input);
      else return window.offset;
    }
  } catch (error) {
    noteHalt(error, input, window.offset);
    return input.source.size;
  }
}

async function passSkippable(window: InputWindow): Promise<void> {
  const header = await window.take(8);
  const length = header === undefined ? 0 : uint32At(header, 4);
  if (header === undefined || length > window.remaining) throw cut();
  window.skip(length);
}

interface FrameHeader {
  readonly areBlocksLinked: boolean;
  readonly hasBlockSums: boolean;
  readonly hasContentSum: boolean;
  readonly maxBlockBytes: number;
}

async function readFrameHeader(window: InputWindow): Promise<FrameHeader> {
  const start = await window.take(6);
  if (start === undefined) throw cut();
  const [flags = 0, descriptor = 0] = start.subarray(4);
  const sizeCode = (descriptor >> 4) & 7;
  if (flags >> 6 !== 1 || (flags & 0x02) !== 0 || (descriptor & 0x8f) !== 0 || sizeCode < 4) {
    throw new DecodeHalt('LZ4_BROKEN', 'a frame header of an unknown version');
  }
  if ((flags & 0x01) !== 0) throw new DecodeHalt('LZ4_UNSUPPORTED', 'the frame needs a dictionary', 'limit');
  const sumBytes = new Xxh32().update(start.subarray(4));
  const rest = await window.take(((flags & 0x08) !== 0 ? 8 : 0) + 1);
  if (rest === undefined) throw cut();
  const expected = (sumBytes.update(rest.subarray(0, -1)).digest() >>> 8) & 0xff;
  if (rest.at(-1) !== expected) throw new DecodeHalt('LZ4_BROKEN', 'the check sum of a header is wrong');
  return {
    areBlocksLinked: (flags & 0x20) === 0,
    hasBlockSums: (flags & 0x10) !== 0,
    hasContentSum: (flags & 0x04) !== 0,
    maxBlockBytes: 1 << (8 + 2 * sizeCode),
  };
}

async function* decodeFrame(window: InputWindow, input: CompressedInput): AsyncGenerator<Uint8Array> {
  const header = await readFrameHeader(window);
  const sum = new Xxh32();
  let history: Uint8Array = new Uint8Array(0);
  for (;;) {
    const content = await readBlock(window, header, history);
    if (content === undefined) break;
    if (header.hasContentSum) sum.update(content);
    if (header.areBlocksLinked) history = historyAfter(history, content);
    yield content;
  }
  if (!header.hasContentSum) return;
  const stored = await window.take(4);
  if (stored === undefined) throw cut();
  if (uint32At(stored, 0) !== sum.digest()) {
    const message = 'the check sum of the content is wrong';
    input.note({ severity: 'error', code: 'LZ4_CHECKSUM', offset: window.offset - 4, message });
  }
}

/** The content of the next block; `undefined` at the end mark. */
async function readBlock(
  window: InputWindow,
  header: FrameHeader,
  history: Uint8Array,
): Promise<Uint8Array | undefined> {
  const prefix = await window.take(4);
  if (prefix === undefined) throw cut();
  const word = uint32At(prefix, 0);
  if (word === 0) return undefined;
  const isStored = (word & STORED_BLOCK) !== 0;
  const length = (word & 0x7fffffff) >>> 0;
  if (length > header.maxBlockBytes)
    throw new DecodeHalt('LZ4_BROKEN', 'a block is longer than its frame allows');
  const data = await window.take(length);
  if (data === undefined) throw cut();
  const content = isStored ? new Uint8Array(data) : decodeBlock(data, history, header.maxBlockBytes);
  if (header.hasBlockSums && (await window.take(4)) === undefined) throw cut();
  return content;
}

function historyAfter(history: Uint8Array, content: Uint8Array): Uint8Array {
  if (content.length >= HISTORY_BYTES) return content.subarray(content.length - HISTORY_BYTES);
  const kept = history.subarray(Math.max(0, history.length - (HISTORY_BYTES - content.length)));
  const joined = new Uint8Array(kept.length + content.length);
  joined.set(kept);
  joined.set(content, kept.length);
  return joined;
}

function uint32At(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function cut(): DecodeHalt {
  return new DecodeHalt('LZ4_BROKEN', 'the frame is cut');
}
