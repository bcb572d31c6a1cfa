import { type CompressedInput, DecodeHalt, noteHalt } from '../compressed/decoder.ts';
import { InputWindow } from '../compressed/input-window.ts';
import { BitReader } from './bit-reader.ts';
import { blockCrc, expandRuns } from './block-content.ts';
import { decodeBlock } from './decode-block.ts';

// The format of bzip2 1.0, as its source and the notes of J. Tsai describe it.
const BLOCK_UNIT = 100_000;
/** A block is at most 900,000 symbols of at most 20 bits, and its tables. */
const MAX_BLOCK_INPUT = 2_400_000;
const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;
const MAX_STREAMS = 10_000;

/** Whether these bytes begin a bzip2 stream: `BZh`, a level, and a block or the end. */
export function isBzip2(head: Uint8Array): boolean {
  const level = head[3] ?? 0;
  const hasStart = head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && level >= 0x31 && level <= 0x39;
  return hasStart && ((head[4] === 0x31 && head[5] === 0x41) || (head[4] === 0x17 && head[5] === 0x72));
}

/** The content of all bzip2 streams that follow one another. */
export async function* decodeBzip2(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  const window = new InputWindow(input.source, input.start);
  try {
    for (let streams = 0; ; streams++) {
      await window.fill(10);
      if (!isBzip2(window.bytes.subarray(window.at))) return window.offset;
      if (streams >= MAX_STREAMS)
        throw new DecodeHalt('BZIP2_STREAMS', `more than ${MAX_STREAMS} streams`, 'limit');
      yield* decodeStream(window, input);
    }
  } catch (error) {
    noteHalt(error, input, window.offset);
    return input.source.size;
  }
}

async function* decodeStream(window: InputWindow, input: CompressedInput): AsyncGenerator<Uint8Array> {
  const level = (window.bytes[window.at + 3] ?? 0) - 0x30;
  window.at += 4;
  let bit = 0;
  let streamCrc = 0;
  for (;;) {
    await window.fill(MAX_BLOCK_INPUT);
    const bits = new BitReader(window.bytes, window.at, bit);
    const magic = [bits.read(24), bits.read(24)] as const;
    const storedCrc = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
    if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) {
      window.at = bits.alignedAt;
      if (storedCrc !== streamCrc) noteChecksum(window, input);
      return;
    }
    if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1])
      throw new DecodeHalt('BZIP2_BROKEN', 'a block does not begin as blocks do');
    const block = decodeBlock(bits, level * BLOCK_UNIT);
    window.at = bits.byteAt;
    bit = bits.bitAt;
    let crc = 0xffffffff;
    for (const chunk of expandRuns(block)) {
      crc = blockCrc(chunk, crc);
      yield chunk;
    }
    crc = ~crc >>> 0;
    if (crc !== storedCrc) noteChecksum(window, input);
    streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
  }
}

function noteChecksum(window: InputWindow, input: CompressedInput): void {
  const message = 'the check sum of a block or of the stream is wrong';
  input.note({ severity: 'error', code: 'BZIP2_CHECKSUM', offset: window.offset, message });
}
